package dev.weft.agent;

import dev.weft.pages.Page;
import dev.weft.pages.PrometheusText;
import dev.weft.pending.PendingDeletes;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Supplier;

/** What an agent tells of itself, as pages. Made on the thread that speaks with launchers. */
final class StatusPages {
  static final String STATUS = "/status";
  static final String METRICS = "/metrics";
  static final String HEALTH = "/healthz";

  private static final String VERSION =
      Optional.ofNullable(StatusPages.class.getPackage().getImplementationVersion())
          .orElse("(unpackaged)");

  private final Life life;
  private final CallSocket calls;
  private final CallStatistics statistics;
  private final PendingDeletes pendingDeletes;

  StatusPages(
      Life life, CallSocket calls, CallStatistics statistics, PendingDeletes pendingDeletes) {
    this.life = life;
    this.calls = calls;
    this.statistics = statistics;
    this.pendingDeletes = pendingDeletes;
  }

  /** Those for whoever looks after this agent. */
  SequencedMap<String, Supplier<Page>> status() {
    SequencedMap<String, Supplier<Page>> pages = new LinkedHashMap<>();
    pages.put(STATUS, () -> Page.of("application/json", StatusJson.write(now())));
    pages.put(HEALTH, this::health);
    return pages;
  }

  /** Those for a program that gathers figures of many. */
  SequencedMap<String, Supplier<Page>> metrics() {
    SequencedMap<String, Supplier<Page>> pages = new LinkedHashMap<>();
    pages.put(METRICS, () -> Page.of(PrometheusText.CONTENT_TYPE, MetricsText.write(now())));
    pages.put(HEALTH, this::health);
    return pages;
  }

  private Page health() {
    Life.Phase phase = life.phase();
    return Page.line(
        phase == Life.Phase.READY ? HttpResponseStatus.OK : HttpResponseStatus.SERVICE_UNAVAILABLE,
        phase.name().toLowerCase(Locale.ROOT));
  }

  private AgentStatus now() {
    return new AgentStatus(
        life.phase(),
        VERSION,
        ProcessHandle.current().pid(),
        life.began(),
        calls.connections(),
        calls.load(),
        statistics.snapshot(),
        pendingDeletes.known(),
        ProcessUsage.now());
  }
}

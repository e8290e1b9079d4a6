package dev.weft.proxy;

import dev.weft.iptables.apply.RulesMode;
import dev.weft.iptables.apply.Written;
import dev.weft.iptables.apply.Written.TableCount;
import dev.weft.net.IpFamily;
import dev.weft.pages.PrometheusText;
import dev.weft.proxy.FamilySync.Outcome;
import dev.weft.services.ServedPort;
import dev.weft.services.Service;
import dev.weft.services.ServiceCatalog.Change;
import dev.weft.services.TrafficPolicy;
import dev.weft.watch.ObjectEvent;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Figures of a proxy, under kube-proxy's names where they mean the same ({@code
 * pkg/proxy/metrics/metrics.go} of Kubernetes). Told and asked by any thread.
 */
final class ProxyMetrics {
  private static final String SYNC = "kubeproxy_sync_proxy_rules_";

  private final RulesMode mode;
  private final Map<IpFamily, OfFamily> families = new EnumMap<>(IpFamily.class);

  /** By page and status. */
  private final Map<String, Map<Integer, Long>> asked = new TreeMap<>();

  private long serviceChanges;
  private long endpointChanges;
  private long servicesPending;
  private long endpointsPending;
  private Instant queued = Instant.EPOCH;

  private static final class OfFamily {
    private final Histogram all = new Histogram(Histogram.SYNC);
    private final Histogram full = new Histogram(Histogram.SYNC);
    private final Histogram partial = new Histogram(Histogram.SYNC);
    private final Histogram programming = new Histogram(Histogram.PROGRAMMING);
    private final Histogram flows = new Histogram(Histogram.SYNC);
    private final Map<String, TableCount> tables = new TreeMap<>();
    private Instant last = Instant.EPOCH;
    private long failures;
    private long partialFailures;
    private long flowsEnded;
    private long noLocalInternal;
    private long noLocalExternal;
  }

  ProxyMetrics(RulesMode mode) {
    this.mode = mode;
    for (IpFamily family : IpFamily.values()) {
      families.put(family, new OfFamily());
    }
  }

  /** Something happened to objects. */
  synchronized void heard(List<ObjectEvent> events, Instant now) {
    for (ObjectEvent event : events) {
      int services = 0;
      int slices = 0;
      switch (event) {
        case ObjectEvent.Replaced(var all, var allSlices) -> {
          services = all.size();
          slices = allSlices.size();
        }
        case ObjectEvent.Put(var object, _) -> {
          services = object instanceof Service ? 1 : 0;
          slices = 1 - services;
        }
        case ObjectEvent.ServiceGone _ -> services = 1;
        case ObjectEvent.SliceGone _ -> slices = 1;
        case ObjectEvent.Wrong _, ObjectEvent.Away _, ObjectEvent.Back _ -> {}
      }
      serviceChanges += services;
      servicesPending += services;
      endpointChanges += slices;
      endpointsPending += slices;
      queued = services + slices > 0 ? now : queued;
    }
  }

  /**
   * A sync or an audit ended.
   *
   * @param since when what it carried out came to be so, where the cluster noted it
   */
  synchronized void done(ServiceSync.Step step, List<Instant> since, Instant now) {
    servicesPending = 0;
    endpointsPending = 0;
    for (Change change : step.changes()) {
      change.before().forEach(port -> count(port, -1));
      change.after().forEach(port -> count(port, 1));
    }
    for (Outcome outcome : step.outcomes()) {
      OfFamily figures = of(outcome.family());
      figures.all.add(outcome.took());
      boolean full = outcome.written().map(Written::full).orElse(!step.changes().isEmpty());
      (full ? figures.full : figures.partial).add(outcome.took());
      if (outcome.written().isPresent()) {
        figures.last = now;
        figures.flowsEnded += outcome.ended();
        outcome.written().get().tables().forEach(count -> figures.tables.put(count.table(), count));
        since.forEach(then -> figures.programming.add(Duration.between(then, now).toNanos()));
      } else {
        figures.failures++;
        figures.partialFailures += step.changes().isEmpty() ? 0 : 1;
      }
      if (outcome.flowsTook() > 0) {
        figures.flows.add(outcome.flowsTook());
      }
    }
  }

  private void count(ServedPort port, int sign) {
    OfFamily figures = of(port.family());
    if (!port.backends().anywhere() || !port.backends().local().isEmpty()) {
      return;
    }
    if (port.internalPolicy() == TrafficPolicy.LOCAL) {
      figures.noLocalInternal += sign;
    }
    if (port.externalPolicy() == TrafficPolicy.LOCAL && port.isExternallyAccessible()) {
      figures.noLocalExternal += sign;
    }
  }

  private OfFamily of(IpFamily family) {
    return families.getOrDefault(family, new OfFamily());
  }

  /** A health page was asked for. */
  synchronized void asked(String page, int status) {
    asked.computeIfAbsent(page, _ -> new TreeMap<>()).merge(status, 1L, Long::sum);
  }

  /** The page. */
  synchronized String write() {
    PrometheusText text = new PrometheusText();
    histograms(text);
    counters(text);
    tables(text);
    pages(text);
    return text.toString();
  }

  private interface Sample {
    Object of(OfFamily figures);
  }

  private interface Samples {
    Histogram of(OfFamily figures);
  }

  private void histograms(PrometheusText text) {
    histogram(text, SYNC + "duration_seconds", "Syncs and audits.", f -> f.all);
    histogram(
        text,
        "kubeproxy_sync_full_proxy_rules_duration_seconds",
        "Those that read what the kernel has.",
        f -> f.full);
    histogram(
        text,
        "kubeproxy_sync_partial_proxy_rules_duration_seconds",
        "Those that wrote only what changed.",
        f -> f.partial);
    histogram(
        text,
        "kubeproxy_network_programming_duration_seconds",
        "From when the cluster noted a change of endpoints until its rules stood.",
        f -> f.programming);
    histogram(
        text,
        "kubeproxy_conntrack_reconciler_sync_duration_seconds",
        "Searches for flows of UDP whose endpoint is gone.",
        f -> f.flows);
  }

  private void histogram(PrometheusText text, String name, String help, Samples samples) {
    text.family(name, "histogram", help);
    families.forEach((family, f) -> samples.of(f).writeTo(text, name, family(family)));
  }

  private void counters(PrometheusText text) {
    each(
        text,
        SYNC + "last_timestamp_seconds",
        "gauge",
        "When rules last stood.",
        f -> time(f.last));
    text.family(
        SYNC + "last_queued_timestamp_seconds", "gauge", "When a change was last heard of.");
    text.sample(SYNC + "last_queued_timestamp_seconds", "", time(queued));
    text.counter(SYNC + "service_changes_total", "Changes of Services.", serviceChanges);
    text.gauge(SYNC + "service_changes_pending", "Those that wait.", servicesPending);
    text.counter(SYNC + "endpoint_changes_total", "Changes of EndpointSlices.", endpointChanges);
    text.gauge(SYNC + "endpoint_changes_pending", "Those that wait.", endpointsPending);
    switch (mode) {
      case IPTABLES -> {
        each(
            text,
            SYNC + "iptables_restore_failures_total",
            "counter",
            "Syncs that failed.",
            f -> f.failures);
        each(
            text,
            SYNC + "iptables_partial_restore_failures_total",
            "counter",
            "Those of them that were to write a change only.",
            f -> f.partialFailures);
      }
      case NFTABLES ->
          each(
              text,
              SYNC + "nftables_sync_failures_total",
              "counter",
              "Syncs that failed.",
              f -> f.failures);
    }
    each(
        text,
        "kubeproxy_conntrack_reconciler_deleted_entries_total",
        "counter",
        "Flows of UDP that were ended, for their endpoint is gone.",
        f -> f.flowsEnded);
    String noLocal = SYNC + "no_local_endpoints_total";
    text.family(noLocal, "gauge", "Ports of Services that only this node may serve, and cannot.");
    families.forEach(
        (family, f) -> {
          String labels = family(family) + ",";
          text.sample(
              noLocal,
              labels + PrometheusText.label("traffic_policy", "internal"),
              f.noLocalInternal);
          text.sample(
              noLocal,
              labels + PrometheusText.label("traffic_policy", "external"),
              f.noLocalExternal);
        });
  }

  private void tables(PrometheusText text) {
    String prefix = mode == RulesMode.IPTABLES ? SYNC + "iptables_" : "weft_service_elements_";
    text.family(prefix + "total", "gauge", "What of ours stands in each table.");
    eachTable((labels, count) -> text.sample(prefix + "total", labels, count.standing()));
    text.family(prefix + "last", "gauge", "How much the last sync wrote to each table.");
    eachTable((labels, count) -> text.sample(prefix + "last", labels, count.written()));
  }

  private interface TableSample {
    void write(String labels, TableCount count);
  }

  private void eachTable(TableSample sample) {
    families.forEach(
        (family, f) ->
            f.tables.forEach(
                (table, count) ->
                    sample.write(
                        family(family) + "," + PrometheusText.label("table", table), count)));
  }

  private void pages(PrometheusText text) {
    for (String page : List.of("healthz", "livez")) {
      String name = "kubeproxy_proxy_" + page + "_total";
      text.family(name, "counter", "Answers of /" + page + ", by status.");
      asked
          .getOrDefault(page, Map.of())
          .forEach(
              (status, number) ->
                  text.sample(name, PrometheusText.label("code", "" + status), number));
    }
  }

  private void each(PrometheusText text, String name, String type, String help, Sample sample) {
    text.family(name, type, help);
    families.forEach((family, f) -> text.sample(name, family(family), sample.of(f)));
  }

  private static String family(IpFamily family) {
    return PrometheusText.label("ip_family", OneSync.name(family));
  }

  private static BigDecimal time(Instant instant) {
    return BigDecimal.valueOf(instant.toEpochMilli(), 3);
  }
}

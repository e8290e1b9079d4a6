package dev.weft.agent;

import dev.weft.json.Json;
import dev.weft.json.JsonText;
import dev.weft.pending.OwedDeletes;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The page {@code /status}: a JSON object, for {@code weft agent status} and for scripts. */
final class StatusJson {
  private StatusJson() {}

  static String write(AgentStatus status) {
    Map<String, Json> page = new LinkedHashMap<>();
    page.put("state", new Json.Str(status.phase().name().toLowerCase(Locale.ROOT)));
    page.put("version", new Json.Str(status.version()));
    page.put("pid", Json.Num.of(status.pid()));
    page.put("upSince", new Json.Str(status.began().toString()));
    page.put("calls", calls(status));
    page.put(
        "operations",
        new Json.Arr(status.calls().operations().stream().map(StatusJson::operation).toList()));
    page.put("pendingDeletes", pendingDeletes(status.owed()));
    page.put("process", process(status.process()));
    return JsonText.write(new Json.Obj(page)) + "\n";
  }

  private static Json calls(AgentStatus status) {
    Map<String, Json> calls = new LinkedHashMap<>();
    calls.put("connections", Json.Num.of(status.connections()));
    calls.put("waiting", Json.Num.of(status.load().waiting()));
    calls.put("working", Json.Num.of(status.load().working()));
    calls.put("declined", Json.Num.of(status.calls().declined()));
    calls.put("refused", Json.Num.of(status.calls().refused()));
    calls.put("abandoned", Json.Num.of(status.calls().abandoned()));
    return new Json.Obj(calls);
  }

  private static Json operation(CallStatistics.Operation operation) {
    Map<String, Json> one = new LinkedHashMap<>();
    one.put("plugin", new Json.Str(operation.plugin()));
    one.put("verb", new Json.Str(operation.verb()));
    one.put("number", Json.Num.of(operation.took().number()));
    one.put("failed", Json.Num.of(operation.failed()));
    Map<String, Json> errors = new LinkedHashMap<>();
    operation.errors().forEach((code, number) -> errors.put("" + code, Json.Num.of(number)));
    one.put("errors", new Json.Obj(errors));
    one.put("seconds", durations(operation.took()));
    one.put("waitedSeconds", durations(operation.waited()));
    return new Json.Obj(one);
  }

  private static Json durations(Durations.Summary summary) {
    Map<String, Json> durations = new LinkedHashMap<>();
    durations.put("p50", seconds(summary.p50Nanos()));
    durations.put("p90", seconds(summary.p90Nanos()));
    durations.put("p99", seconds(summary.p99Nanos()));
    durations.put("max", seconds(summary.longestNanos()));
    durations.put("sum", seconds(summary.totalNanos()));
    return new Json.Obj(durations);
  }

  /** Keys are named as in {@code cni.dev/valid-attachments} where they stand there. */
  private static Json pendingDeletes(OwedDeletes owed) {
    Map<String, Json> deletes = new LinkedHashMap<>();
    deletes.put("number", Json.Num.of(owed.number()));
    deletes.put("oldest", new Json.Arr(owed.oldest().stream().map(StatusJson::delete).toList()));
    return new Json.Obj(deletes);
  }

  private static Json delete(OwedDeletes.Delete delete) {
    Map<String, Json> one = new LinkedHashMap<>();
    one.put("plugin", new Json.Str(delete.plugin()));
    one.put("network", new Json.Str(delete.network()));
    one.put("containerID", new Json.Str(delete.attachment().containerId()));
    one.put("ifname", new Json.Str(delete.attachment().ifName()));
    one.put("since", new Json.Str(delete.since().toString()));
    one.put("attempts", Json.Num.of(delete.attempts()));
    one.put("error", new Json.Str(delete.error()));
    return new Json.Obj(one);
  }

  private static Json process(ProcessUsage usage) {
    Map<String, Json> process = new LinkedHashMap<>();
    process.put("residentBytes", Json.Num.of(usage.residentBytes()));
    process.put("heapBytes", Json.Num.of(usage.heapBytes()));
    process.put("heapLimitBytes", Json.Num.of(usage.heapLimitBytes()));
    process.put("descriptors", Json.Num.of(usage.descriptors()));
    process.put("threads", Json.Num.of(usage.threads()));
    process.put("cpuSeconds", seconds(usage.cpuNanos()));
    return new Json.Obj(process);
  }

  /** To the microsecond. */
  private static Json seconds(long nanos) {
    return new Json.Num(BigDecimal.valueOf(nanos / 1000, 6));
  }
}

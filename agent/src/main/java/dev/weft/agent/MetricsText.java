package dev.weft.agent;

import dev.weft.agent.CallStatistics.Operation;
import java.math.BigDecimal;
import java.util.List;
import java.util.function.Function;

/**
 * The page {@code /metrics}, in Prometheus's <a
 * href="https://prometheus.io/docs/instrumenting/exposition_formats/">text format</a> 0.0.4. All
 * durations are seconds.
 */
final class MetricsText {
  static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  /** Those of the histograms, as labels of their buckets. */
  private static final List<String> BOUNDS =
      Durations.BOUNDS.stream()
          .map(bound -> BigDecimal.valueOf(bound, 6).stripTrailingZeros().toPlainString())
          .map(bound -> "," + label("le", bound))
          .toList();

  private final StringBuilder text = new StringBuilder(8192);

  private MetricsText() {}

  static String write(AgentStatus status) {
    MetricsText page = new MetricsText();
    page.agent(status);
    page.calls(status);
    page.operations(status.calls().operations());
    page.gauge(
        "weft_pending_deletes",
        "DELs that are owed to containers and could not be carried out yet.",
        status.owed().number());
    page.process(status);
    return page.text.toString();
  }

  private void agent(AgentStatus status) {
    family("weft_agent_info", "gauge", "The version that runs.");
    sample("weft_agent_info", label("version", status.version()), 1);
    gauge(
        "weft_agent_ready",
        "1 if calls are served now, 0 while the agent starts or ends.",
        status.phase() == Life.Phase.READY ? 1 : 0);
  }

  private void calls(AgentStatus status) {
    gauge("weft_agent_connections", "Launchers that are connected.", status.connections());
    gauge("weft_agent_calls_waiting", "Calls that wait for their turn.", status.load().waiting());
    gauge("weft_agent_calls_working", "Calls that are worked on.", status.load().working());
    CallStatistics.Snapshot calls = status.calls();
    counter(
        "weft_agent_calls_declined_total",
        "Launchers that were sent their other way, which needs no agent.",
        calls.declined());
    counter(
        "weft_agent_calls_refused_total",
        "Calls that were told to come again, for too many waited.",
        calls.refused());
    counter(
        "weft_agent_calls_abandoned_total",
        "Calls whose launcher was gone before it had its answer.",
        calls.abandoned());
  }

  private void operations(List<Operation> operations) {
    String failed = "weft_agent_operations_failed_total";
    family(failed, "counter", "Calls that were answered with an error, by its code.");
    for (Operation each : operations) {
      each.errors()
          .forEach(
              (code, number) ->
                  sample(failed, kind(each) + "," + label("code", "" + code), number));
    }
    histogram(
        "weft_agent_operation_duration_seconds",
        "From when a whole call was here until there was its answer.",
        operations,
        Operation::took);
    histogram(
        "weft_agent_operation_wait_seconds",
        "The part of the duration before somebody worked on the call.",
        operations,
        Operation::waited);
  }

  private void process(AgentStatus status) {
    ProcessUsage usage = status.process();
    gauge("weft_agent_heap_bytes", "What Java's heap holds.", usage.heapBytes());
    gauge("weft_agent_heap_limit_bytes", "What it may hold.", usage.heapLimitBytes());
    gauge("weft_agent_threads", "Threads of the process.", usage.threads());
    gauge("process_resident_memory_bytes", "Memory of the process.", usage.residentBytes());
    gauge("process_open_fds", "Open descriptors.", usage.descriptors());
    family("process_cpu_seconds_total", "counter", "User and system time, without children's.");
    sample("process_cpu_seconds_total", "", seconds(usage.cpuNanos()));
    family("process_start_time_seconds", "gauge", "When it started, since 1970.");
    sample("process_start_time_seconds", "", BigDecimal.valueOf(status.began().toEpochMilli(), 3));
  }

  private void histogram(
      String name,
      String help,
      List<Operation> operations,
      Function<Operation, Durations.Summary> part) {
    family(name, "histogram", help);
    for (Operation each : operations) {
      Durations.Summary summary = part.apply(each);
      String kind = kind(each);
      for (int i = 0; i < BOUNDS.size(); i++) {
        sample(name + "_bucket", kind + BOUNDS.get(i), summary.upTo().get(i));
      }
      sample(name + "_bucket", kind + "," + label("le", "+Inf"), summary.number());
      sample(name + "_sum", kind, seconds(summary.totalNanos()));
      sample(name + "_count", kind, summary.number());
    }
  }

  private void gauge(String name, String help, long value) {
    family(name, "gauge", help);
    sample(name, "", value);
  }

  private void counter(String name, String help, long value) {
    family(name, "counter", help);
    sample(name, "", value);
  }

  private void family(String name, String type, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  private void sample(String name, String labels, Object value) {
    text.append(name);
    if (!labels.isEmpty()) {
      text.append('{').append(labels).append('}');
    }
    text.append(' ').append(value).append('\n');
  }

  private static String kind(Operation operation) {
    return label("plugin", operation.plugin()) + "," + label("verb", operation.verb());
  }

  private static String label(String name, String value) {
    String escaped = value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    return name + "=\"" + escaped + "\"";
  }

  /** To the microsecond. */
  private static String seconds(long nanos) {
    return BigDecimal.valueOf(nanos / 1000, 6).toPlainString();
  }
}

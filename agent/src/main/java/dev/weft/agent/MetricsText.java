package dev.weft.agent;

import dev.weft.agent.CallStatistics.Operation;
import dev.weft.pages.PrometheusText;
import java.math.BigDecimal;
import java.util.List;
import java.util.function.Function;

/** The page {@code /metrics}. All durations are seconds. */
final class MetricsText {
  /** Those of the histograms, as labels of their buckets. */
  private static final List<String> BOUNDS =
      Durations.BOUNDS.stream().map(PrometheusText::bound).toList();

  private final PrometheusText text = new PrometheusText();

  private MetricsText() {}

  static String write(AgentStatus status) {
    MetricsText page = new MetricsText();
    page.agent(status);
    page.calls(status);
    page.operations(status.calls().operations());
    page.text.gauge(
        "weft_pending_deletes",
        "DELs that are owed to containers and could not be carried out yet.",
        status.owed().number());
    page.process(status);
    return page.text.toString();
  }

  private void agent(AgentStatus status) {
    text.family("weft_agent_info", "gauge", "The version that runs.");
    text.sample("weft_agent_info", PrometheusText.label("version", status.version()), 1);
    text.gauge(
        "weft_agent_ready",
        "1 if calls are served now, 0 while the agent starts or ends.",
        status.phase() == Life.Phase.READY ? 1 : 0);
  }

  private void calls(AgentStatus status) {
    text.gauge("weft_agent_connections", "Launchers that are connected.", status.connections());
    text.gauge(
        "weft_agent_calls_waiting", "Calls that wait for their turn.", status.load().waiting());
    text.gauge("weft_agent_calls_working", "Calls that are worked on.", status.load().working());
    CallStatistics.Snapshot calls = status.calls();
    text.counter(
        "weft_agent_calls_declined_total",
        "Launchers that were sent their other way, which needs no agent.",
        calls.declined());
    text.counter(
        "weft_agent_calls_refused_total",
        "Calls that were told to come again, for too many waited.",
        calls.refused());
    text.counter(
        "weft_agent_calls_abandoned_total",
        "Calls whose launcher was gone before it had its answer.",
        calls.abandoned());
  }

  private void operations(List<Operation> operations) {
    String failed = "weft_agent_operations_failed_total";
    text.family(failed, "counter", "Calls that were answered with an error, by its code.");
    for (Operation each : operations) {
      each.errors()
          .forEach(
              (code, number) ->
                  text.sample(
                      failed, kind(each) + "," + PrometheusText.label("code", "" + code), number));
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
    text.gauge("weft_agent_heap_bytes", "What Java's heap holds.", usage.heapBytes());
    text.gauge("weft_agent_heap_limit_bytes", "What it may hold.", usage.heapLimitBytes());
    text.gauge("weft_agent_threads", "Threads of the process.", usage.threads());
    text.gauge("process_resident_memory_bytes", "Memory of the process.", usage.residentBytes());
    text.gauge("process_open_fds", "Open descriptors.", usage.descriptors());
    text.family(
        "process_cpu_seconds_total", "counter", "User and system time, without children's.");
    text.sample("process_cpu_seconds_total", "", PrometheusText.seconds(usage.cpuNanos()));
    text.family("process_start_time_seconds", "gauge", "When it started, since 1970.");
    text.sample(
        "process_start_time_seconds", "", BigDecimal.valueOf(status.began().toEpochMilli(), 3));
  }

  private void histogram(
      String name,
      String help,
      List<Operation> operations,
      Function<Operation, Durations.Summary> part) {
    text.family(name, "histogram", help);
    for (Operation each : operations) {
      Durations.Summary summary = part.apply(each);
      text.histogram(
          name, kind(each), BOUNDS, summary.upTo(), summary.number(), summary.totalNanos());
    }
  }

  private static String kind(Operation operation) {
    return PrometheusText.label("plugin", operation.plugin())
        + ","
        + PrometheusText.label("verb", operation.verb());
  }
}

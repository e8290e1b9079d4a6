package dev.weft.bench.macro;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/** A benchmark of CNI plugins for people, in lines of 120 characters at most. */
public final class CniText {
  private static final int WIDTH = 120;
  private static final String NOTHING = "–";
  private static final double MEGABYTE = 1 << 20;

  private static final Figure MEDIAN = new Figure("median", score -> score.wallMillis().median());
  private static final Figure P90 = new Figure("p90", score -> score.wallMillis().quantile(0.90));
  private static final Figure P99 = new Figure("p99", score -> score.wallMillis().quantile(0.99));
  private static final Figure MIN = new Figure("min", score -> score.wallMillis().min());
  private static final Figure PER_SECOND = new Figure("per s", score -> score.perSecond().median());
  private static final Figure CPU = new Figure("CPU", Score::cpuMillis);
  private static final Figure PLUGIN_CPU =
      new Figure("plugin", score -> score.pluginCpuMillis().mean());
  private static final Figure AGENT_CPU = new Figure("agent", Score::agentCpuMillis);

  private static final List<Figure> COMPARED = List.of(MEDIAN, P90, P99, MIN, PER_SECOND, CPU);
  private static final List<Figure> PARTS_OF_CPU = List.of(PLUGIN_CPU, AGENT_CPU);
  private static final List<Figure> IN_SHORT = List.of(MEDIAN, P99, PER_SECOND, CPU);

  /** What is shown of a score, and how it is headed. */
  private record Figure(String heading, ToDoubleFunction<Score> of) {}

  private CniText() {}

  /** What stands above all tables. */
  public static String header(Circumstances circumstances) {
    CniSettings settings = circumstances.settings();
    Machine machine = circumstances.machine();
    StringBuilder text = new StringBuilder();
    text.append(
        entry(
            "begun",
            DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
                circumstances
                    .begun()
                    .truncatedTo(ChronoUnit.SECONDS)
                    .atZone(ZoneId.systemDefault()))));
    text.append(
        entry(
            "machine",
            String.format(
                Locale.ROOT,
                "Linux %s, %s, CPUs: %d%s, load of the last minute: %.1f",
                machine.kernel(),
                machine.architecture(),
                machine.cpus(),
                machine.cpuModel().isEmpty() ? "" : " (" + machine.cpuModel() + ")",
                machine.load())));
    text.append(entry("weft", settings.ours() + ", " + agent(circumstances)));
    text.append(entry("", circumstances.about().getOrDefault(Side.WEFT, "")));
    text.append(entry("peer", settings.peers().toString()));
    text.append(entry("", circumstances.about().getOrDefault(Side.PEER, "")));
    text.append(entry("leases", settings.work() + ", on " + circumstances.fileSystem()));
    text.append(entry("extent", extent(settings.extent())));
    return text
        + """

        Times are in ms. Median, p90, p99, min: from before the start of a call's process to after its end.
        CPU: used for a call, on average, by its process with its children (plugin) and by the agent with its.
        Per s: calls that succeeded, from the common start of a block to the end of its last; median of blocks.
        Ratio: weft / peer.
        """;
  }

  private static String agent(Circumstances circumstances) {
    String memory =
        String.format(
            Locale.ROOT, "%.0f MiB resident", circumstances.agentResidentBytes() / MEGABYTE);
    return switch (circumstances.settings().agent()) {
      case AgentChoice.Own _ ->
          String.format(
              Locale.ROOT,
              "served by an agent of its own, ready after %.1f s, %s",
              circumstances.agentReadyAfter().orElseThrow().toNanos()
                  / (double) TimeUnit.SECONDS.toNanos(1),
              memory);
      case AgentChoice.Running(var socket) -> "served by the agent at " + socket + ", " + memory;
      case AgentChoice.None _ -> "without an agent";
    };
  }

  private static String extent(Extent extent) {
    return switch (extent) {
      case Extent.Rounds(int count) -> "rounds per measurement: " + count;
      case Extent.Seconds(double count) -> number(count) + " s per measurement";
    };
  }

  /** The table of a workload. */
  public static String workload(WorkloadResult result) {
    StringBuilder text = new StringBuilder("\n").append(result.workload().description());
    text.append('\n');
    List<String> firsts = new ArrayList<>();
    result
        .trials()
        .forEach((side, trial) -> firsts.add(side.label() + " " + number(trial.firstAddMillis())));
    text.append("first ADD, ms: ").append(String.join(", ", firsts)).append('\n');
    result.notes().forEach(note -> text.append(note(note)));
    for (Measurement measurement : result.measurements()) {
      measurement
          .scores()
          .forEach(
              (side, score) ->
                  score
                      .firstError()
                      .ifPresent(
                          error -> text.append(note(failed(measurement, side, score, error)))));
    }
    if (!result.measurements().isEmpty()) {
      text.append('\n').append(table(result.measurements()));
    }
    return text.toString();
  }

  private static String failed(Measurement measurement, Side side, Score score, String error) {
    return String.format(
        Locale.ROOT,
        "%s failed %d of %d times to %s, %d at once; first: %s",
        side.label(),
        score.failed(),
        score.calls(),
        measurement.verb(),
        measurement.atOnce(),
        error);
  }

  private static TextTable table(List<Measurement> measurements) {
    TextTable table = new TextTable(3);
    List<String> heading = new ArrayList<>(List.of("at once", "verb", "side", "calls", "failed"));
    COMPARED.forEach(figure -> heading.add(figure.heading()));
    PARTS_OF_CPU.forEach(figure -> heading.add(figure.heading()));
    table.row(heading);
    for (Measurement measurement : measurements) {
      boolean first = true;
      for (Map.Entry<Side, Score> entry : measurement.scores().entrySet()) {
        Score score = entry.getValue();
        List<String> row = new ArrayList<>();
        row.add(first ? Integer.toString(measurement.atOnce()) : "");
        row.add(first ? measurement.verb().name() : "");
        row.add(entry.getKey().label());
        row.add(Integer.toString(score.calls()));
        row.add(Integer.toString(score.failed()));
        COMPARED.forEach(figure -> row.add(number(figure.of().applyAsDouble(score))));
        PARTS_OF_CPU.forEach(figure -> row.add(number(figure.of().applyAsDouble(score))));
        table.row(row);
        first = false;
      }
      if (measurement.scores().size() == Side.values().length) {
        table.row(ratios(measurement));
      }
    }
    return table;
  }

  private static List<String> ratios(Measurement measurement) {
    List<String> row = new ArrayList<>(List.of("", "", "ratio", "", ""));
    COMPARED.forEach(figure -> row.add(number(measurement.ratio(figure.of()))));
    PARTS_OF_CPU.forEach(_ -> row.add(""));
    return row;
  }

  /** What stands below all tables: the ratios again, on a line each. */
  public static String summary(CniReport report) {
    TextTable table = new TextTable(1);
    List<String> heading = new ArrayList<>(List.of("ratio, weft / peer", "at once"));
    for (Verb verb : Verb.values()) {
      IN_SHORT.forEach(figure -> heading.add(verb + " " + figure.heading()));
    }
    table.row(heading);
    for (WorkloadResult result : report.results()) {
      List<String> row = new ArrayList<>();
      for (Measurement measurement : result.measurements()) {
        if (row.isEmpty()) {
          row.add(result.workload().label());
          row.add(Integer.toString(measurement.atOnce()));
        }
        for (Figure figure : IN_SHORT) {
          row.add(number(measurement.ratio(figure.of())));
        }
        if (measurement.verb() == Verb.DEL) {
          table.row(row);
          row = new ArrayList<>();
        }
      }
    }
    String memory =
        report.agentResidentBytes() == 0
            ? ""
            : String.format(
                Locale.ROOT,
                "; the agent has %.0f MiB resident",
                report.agentResidentBytes() / MEGABYTE);
    return String.format(
        Locale.ROOT, "\n%s\ntook %d s%s\n", table, report.took().toSeconds(), memory);
  }

  /** With three digits that mean something, or all that stand before the point. */
  static String number(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return NOTHING;
    }
    double magnitude = Math.abs(value);
    int decimals =
        magnitude == 0 || magnitude >= 99.95
            ? 0
            : magnitude >= 9.995 ? 1 : magnitude >= 0.09995 ? 2 : magnitude >= 0.009995 ? 3 : 4;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  /** A line of the header; an empty name goes on with the line before. */
  private static String entry(String name, String text) {
    return wrapped(String.format(Locale.ROOT, "%-7s", name), text);
  }

  private static String note(String sentence) {
    return wrapped("note:", sentence);
  }

  /** A text on lines of its own, the first of which begins with a word. */
  private static String wrapped(String first, String sentence) {
    StringBuilder text = new StringBuilder();
    StringBuilder line = new StringBuilder(first);
    for (String word : sentence.split(" ", -1)) {
      if (line.length() + 1 + word.length() > WIDTH) {
        text.append(line).append('\n');
        line = new StringBuilder(" ".repeat(first.length()));
      }
      line.append(' ').append(word);
    }
    return text.append(line).append('\n').toString();
  }
}

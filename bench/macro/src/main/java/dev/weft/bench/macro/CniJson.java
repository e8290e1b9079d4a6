package dev.weft.bench.macro;

import dev.weft.json.Json;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A benchmark of CNI plugins for machines. Keys end in the unit of their values; what was not
 * measured is {@code null}.
 */
public final class CniJson {
  /** Raised when a key changes its meaning or goes. */
  private static final int FORMAT = 1;

  private static final int DECIMALS = 4;
  private static final int[] PERCENTILES = {10, 25, 50, 75, 90, 95, 99};

  private CniJson() {}

  /** The whole report as one object. */
  public static Json.Obj of(CniReport report) {
    Circumstances circumstances = report.circumstances();
    CniSettings settings = circumstances.settings();
    return Json.Obj.EMPTY
        .with("benchmark", text("cni"))
        .with("format", Json.Num.of(FORMAT))
        .with("begun", text(circumstances.begun().toString()))
        .with("took_s", number(report.took().toMillis() / 1000.0))
        .with("machine", machine(circumstances.machine()))
        .with("settings", settings(settings, circumstances.fileSystem()))
        .with("weft", side(circumstances, Side.WEFT, settings.ours()).with("agent", agent(report)))
        .with("peer", side(circumstances, Side.PEER, settings.peers()))
        .with("workloads", new Json.Arr(report.results().stream().map(CniJson::workload).toList()));
  }

  private static Json machine(Machine machine) {
    return Json.Obj.EMPTY
        .with("kernel", text(machine.kernel()))
        .with("architecture", text(machine.architecture()))
        .with("cpus", Json.Num.of(machine.cpus()))
        .with("cpu_model", text(machine.cpuModel()))
        .with("load_1min", number(machine.load()));
  }

  private static Json settings(CniSettings settings, String fileSystem) {
    Json.Obj json =
        Json.Obj.EMPTY
            .with("cases", texts(settings.cases().stream().map(CniCase::label).toList()))
            .with("at_once", numbers(settings.atOnce()))
            .with("leases_held", numbers(settings.leases()))
            .with("work_dir", text(settings.work().toString()))
            .with("work_dir_file_system", text(fileSystem));
    return switch (settings.extent()) {
      case Extent.Rounds(int count) -> json.with("rounds", Json.Num.of(count));
      case Extent.Seconds(double count) -> json.with("seconds", number(count));
    };
  }

  private static Json.Obj side(Circumstances circumstances, Side side, Path directory) {
    return Json.Obj.EMPTY
        .with("bin_dir", text(directory.toString()))
        .with("about", text(circumstances.about().getOrDefault(side, "")));
  }

  private static Json agent(CniReport report) {
    Circumstances circumstances = report.circumstances();
    Json.Obj json =
        switch (circumstances.settings().agent()) {
          case AgentChoice.None _ -> Json.Obj.EMPTY.with("kind", text("none"));
          case AgentChoice.Running(Path socket) ->
              Json.Obj.EMPTY.with("kind", text("running")).with("socket", text(socket.toString()));
          case AgentChoice.Own _ ->
              Json.Obj.EMPTY
                  .with("kind", text("own"))
                  .with(
                      "ready_after_ms",
                      number(
                          circumstances.agentReadyAfter().orElseThrow().toNanos()
                              / (double) TimeUnit.MILLISECONDS.toNanos(1)));
        };
    return circumstances.settings().agent() instanceof AgentChoice.None
        ? json
        : json.with("resident_at_begin_bytes", Json.Num.of(circumstances.agentResidentBytes()))
            .with("resident_at_end_bytes", Json.Num.of(report.agentResidentBytes()));
  }

  private static Json workload(WorkloadResult result) {
    Workload workload = result.workload();
    Json.Obj json =
        Json.Obj.EMPTY
            .with("case", text(workload.configuration().label()))
            .with("leases_held", Json.Num.of(workload.held()));
    for (Map.Entry<Side, Trial> entry : result.trials().entrySet()) {
      Trial trial = entry.getValue();
      Json.Obj side =
          Json.Obj.EMPTY
              .with("first_add_wall_ms", number(trial.firstAddMillis()))
              .with("cannot", trial.failure().<Json>map(CniJson::text).orElse(new Json.Null()));
      if (workload.configuration().masquerades()) {
        side = side.with("rules_in", text(trial.rulesIn()));
      }
      json = json.with(entry.getKey().label(), side);
    }
    return json.with("notes", texts(result.notes()))
        .with(
            "measurements",
            new Json.Arr(result.measurements().stream().map(CniJson::measurement).toList()));
  }

  private static Json measurement(Measurement measurement) {
    Json.Obj json =
        Json.Obj.EMPTY
            .with("at_once", Json.Num.of(measurement.atOnce()))
            .with("verb", text(measurement.verb().name()))
            .with("calls_per_block", Json.Num.of(measurement.callsPerBlock()));
    for (Side side : Side.values()) {
      json =
          json.with(
              side.label(),
              Optional.ofNullable(measurement.scores().get(side))
                  .map(CniJson::score)
                  .orElse(new Json.Null()));
    }
    return json.with(
        "ratio",
        Json.Obj.EMPTY
            .with("wall_median", number(measurement.ratio(score -> score.wallMillis().median())))
            .with("wall_p90", number(measurement.ratio(score -> score.wallMillis().quantile(0.9))))
            .with("wall_p99", number(measurement.ratio(score -> score.wallMillis().quantile(0.99))))
            .with("per_second", number(measurement.ratio(score -> score.perSecond().median())))
            .with("cpu", number(measurement.ratio(Score::cpuMillis))));
  }

  private static Json score(Score score) {
    return Json.Obj.EMPTY
        .with("calls", Json.Num.of(score.calls()))
        .with("failed", Json.Num.of(score.failed()))
        .with("first_error", score.firstError().<Json>map(CniJson::text).orElse(new Json.Null()))
        .with("wall_ms", distribution(score.wallMillis()))
        .with("cpu_per_call_ms", number(score.cpuMillis()))
        .with("plugin_cpu_ms", distribution(score.pluginCpuMillis()))
        .with("agent_cpu_per_call_ms", number(score.agentCpuMillis()))
        .with("harness_cpu_per_call_ms", number(score.harnessCpuMillis()))
        .with("per_second", distribution(score.perSecond()));
  }

  private static Json distribution(Distribution distribution) {
    Json.Obj json =
        Json.Obj.EMPTY
            .with("count", Json.Num.of(distribution.count()))
            .with("mean", number(distribution.mean()))
            .with("min", number(distribution.min()));
    for (int percentile : PERCENTILES) {
      json =
          json.with(
              percentile == 50 ? "median" : "p" + percentile,
              number(distribution.quantile(percentile / 100.0)));
    }
    return json.with("max", number(distribution.max()));
  }

  private static Json text(String text) {
    return new Json.Str(text);
  }

  private static Json texts(List<String> texts) {
    return new Json.Arr(texts.stream().map(CniJson::text).toList());
  }

  private static Json numbers(List<Integer> numbers) {
    return new Json.Arr(numbers.stream().<Json>map(Json.Num::of).toList());
  }

  private static Json number(double value) {
    return Double.isNaN(value) || Double.isInfinite(value)
        ? new Json.Null()
        : new Json.Num(
            BigDecimal.valueOf(value)
                .setScale(DECIMALS, RoundingMode.HALF_UP)
                .stripTrailingZeros());
  }
}

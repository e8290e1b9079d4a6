package dev.weft.bench.macro;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What the calls of one kind have taken so far. */
final class Tally {
  private final List<Double> wallMillis = new ArrayList<>();
  private final List<Double> pluginCpuMillis = new ArrayList<>();
  private final List<Double> perSecond = new ArrayList<>();
  private Duration agentCpu = Duration.ZERO;
  private Duration harnessCpu = Duration.ZERO;
  private int failed;
  private Optional<String> firstError = Optional.empty();

  /** Counts calls. Those that failed have no time: to refuse is not to do the work. */
  void count(Phase phase) {
    harnessCpu = harnessCpu.plus(phase.ownCpu());
    int succeeded = 0;
    for (Answer answer : phase.answers()) {
      if (answer.succeeded()) {
        wallMillis.add(answer.wallMillis());
        pluginCpuMillis.add(answer.cpuMillis());
        succeeded++;
      } else {
        failed++;
        firstError = firstError.or(answer::failure);
      }
    }
    if (succeeded > 0) {
      perSecond.add(succeeded / phase.seconds());
    }
  }

  /** Counts what an agent used for these calls. */
  void countAgent(Duration cpu) {
    agentCpu = agentCpu.plus(cpu);
  }

  Score score() {
    int calls = wallMillis.size() + failed;
    return new Score(
        calls,
        failed,
        firstError,
        Distribution.of(wallMillis),
        Distribution.of(pluginCpuMillis),
        perCall(agentCpu, calls),
        perCall(harnessCpu, calls),
        Distribution.of(perSecond));
  }

  private static double perCall(Duration cpu, int calls) {
    return calls == 0 ? 0 : cpu.toNanos() / (double) TimeUnit.MILLISECONDS.toNanos(1) / calls;
  }
}

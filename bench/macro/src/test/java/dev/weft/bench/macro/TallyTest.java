package dev.weft.bench.macro;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What counts for whom. */
class TallyTest {
  private static Answer took(double wallMillis, double cpuMillis) {
    return new Answer(wallMillis, cpuMillis, "", Optional.empty());
  }

  private static Answer failed(String sentence) {
    return new Answer(1, 1, "", Optional.of(sentence));
  }

  @Test
  void failedCallsAreCountedAndHaveNoTime() {
    Tally tally = new Tally();
    tally.count(
        new Phase(List.of(took(10, 2), failed("first"), took(20, 4)), 0.5, Duration.ofMillis(3)));
    tally.count(new Phase(List.of(failed("second")), 0.1, Duration.ofMillis(1)));
    tally.countAgent(Duration.ofMillis(8));
    Score score = tally.score();
    assertEquals(4, score.calls());
    assertEquals(2, score.failed());
    assertEquals(Optional.of("first"), score.firstError());
    assertEquals(2, score.wallMillis().count());
    assertEquals(15, score.wallMillis().median());
    assertEquals(4, score.perSecond().median());
    assertEquals(2, score.agentCpuMillis());
    assertEquals(1, score.harnessCpuMillis());
    assertEquals(3 + 2, score.cpuMillis());
  }

  @Test
  void allThatAnAgentUsesIsSharedOut() {
    AtomicLong used = new AtomicLong(1000);
    AgentMeter meter = new AgentMeter(() -> Duration.ofMillis(used.get()));
    Tally adds = new Tally();
    Tally dels = new Tally();
    adds.count(new Phase(List.of(took(1, 0)), 1, Duration.ZERO));
    dels.count(new Phase(List.of(took(1, 0)), 1, Duration.ZERO));
    used.addAndGet(50); // before the first call
    meter.switchTo(adds);
    used.addAndGet(7);
    meter.switchTo(dels);
    used.addAndGet(3);
    meter.settle();
    used.addAndGet(2); // while the other side is measured
    meter.switchTo(adds);
    used.addAndGet(10);
    meter.switchTo(dels);
    meter.settle();
    assertEquals(17, adds.score().agentCpuMillis());
    assertEquals(5, dels.score().agentCpuMillis());
  }
}

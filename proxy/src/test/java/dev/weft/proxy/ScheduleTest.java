package dev.weft.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class ScheduleTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  /** Clocks of Java may stand anywhere. */
  private static final long START = Long.MAX_VALUE - 2 * SECOND;

  private static Schedule of(int period, int minPeriod) {
    return new Schedule(Duration.ofSeconds(period), Duration.ofSeconds(minPeriod), START);
  }

  @Test
  void aChangeIsDueAtOnceAndNothingElseIs() {
    Schedule schedule = of(30, 0);
    assertFalse(schedule.isSyncDue(START));
    assertFalse(schedule.isAuditDue(START + 1000 * SECOND));
    assertEquals(Long.MAX_VALUE, schedule.idle(START));
    schedule.changed();
    assertTrue(schedule.isSyncDue(START));
    assertEquals(0, schedule.idle(START));
  }

  @Test
  void changesOfABurstAreMadeTogetherOnceThePeriodIsOver() {
    Schedule schedule = of(30, 2);
    schedule.changed();
    schedule.synced(START, true);
    assertFalse(schedule.isSyncDue(START));
    schedule.changed();
    schedule.changed();
    assertFalse(schedule.isSyncDue(START + SECOND));
    assertEquals(SECOND, schedule.idle(START + SECOND));
    assertTrue(schedule.isSyncDue(START + 2 * SECOND));
    schedule.synced(START + 2 * SECOND, true);
    assertFalse(schedule.isSyncDue(START + 10 * SECOND));
  }

  @Test
  void rulesAreComparedAPeriodAfterTheFirstSyncAndAfterEachAudit() {
    Schedule schedule = of(30, 0);
    schedule.changed();
    schedule.synced(START, true);
    assertFalse(schedule.isAuditDue(START + 29 * SECOND));
    assertTrue(schedule.isAuditDue(START + 30 * SECOND));
    schedule.audited(START + 31 * SECOND, SECOND / 100, true);
    assertFalse(schedule.isAuditDue(START + 60 * SECOND));
    assertTrue(schedule.isAuditDue(START + 61 * SECOND));
  }

  @Test
  void changesDoNotPutOffAnAudit() {
    Schedule schedule = of(30, 0);
    for (int i = 0; i <= 30; i++) {
      schedule.changed();
      schedule.synced(START + i * SECOND, true);
    }
    assertTrue(schedule.isAuditDue(START + 30 * SECOND));
  }

  @Test
  void anAuditThatTakesLongIsMadeMoreRarely() {
    Schedule schedule = of(30, 0);
    schedule.audited(START, 2 * SECOND, true);
    assertFalse(schedule.isAuditDue(START + 99 * SECOND));
    assertTrue(schedule.isAuditDue(START + 100 * SECOND));
  }

  @Test
  void whatFailsIsTriedAgainEverMoreRarely() {
    Schedule schedule = of(5, 0);
    long now = START;
    schedule.changed();
    schedule.synced(now, false);
    for (int pause : new int[] {1, 2, 4, 5, 5}) {
      assertFalse(schedule.isAuditDue(now + pause * SECOND - 1), "pause " + pause);
      now += pause * SECOND;
      assertTrue(schedule.isAuditDue(now), "pause " + pause);
      schedule.audited(now, 0, false);
    }
    schedule.audited(now, 0, true);
    schedule.synced(now, false);
    assertTrue(schedule.isAuditDue(now + SECOND));
  }

  @Property
  void withoutAPeriodNothingIsComparedButAfterFailures(
      @ForAll @LongRange(min = 0, max = 1L << 50) long later) {
    Schedule schedule = of(0, 0);
    schedule.changed();
    schedule.synced(START, true);
    assertFalse(schedule.isAuditDue(START + later));
    assertEquals(Long.MAX_VALUE, schedule.idle(START + later));
    schedule.synced(START, false);
    assertTrue(schedule.isAuditDue(START + 30 * SECOND));
    schedule.audited(START + 30 * SECOND, 0, true);
    assertFalse(schedule.isAuditDue(START + 30 * SECOND + later));
  }
}

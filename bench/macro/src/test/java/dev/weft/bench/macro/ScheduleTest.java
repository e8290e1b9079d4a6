package dev.weft.bench.macro;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Whose turn it is, how often, and with how many calls. */
class ScheduleTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  @Test
  void theSidesTakeTurnsInBeginning() {
    List<Side> order = new ArrayList<>();
    for (int round = 0; round < 4; round++) {
      order.addAll(Side.inRound(round));
    }
    assertEquals(
        List.of(
            Side.WEFT, Side.PEER, Side.PEER, Side.WEFT, Side.WEFT, Side.PEER, Side.PEER, Side.WEFT),
        order);
  }

  @Test
  void roundsAreCountedWhateverTheyTake() {
    Extent extent = new Extent.Rounds(3);
    assertTrue(extent.wantsMore(0, 0));
    assertTrue(extent.wantsMore(2, 1000 * SECOND));
    assertFalse(extent.wantsMore(3, 0));
  }

  @Test
  void inGivenTimeEachSideBeginsAtLeastOnce() {
    Extent extent = new Extent.Seconds(0.5);
    assertTrue(extent.wantsMore(1, 1000 * SECOND));
    assertFalse(extent.wantsMore(2, SECOND));
    assertTrue(extent.wantsMore(2, SECOND / 4));
  }

  @Test
  void aBlockHasTenCallsOrMoreAndFourOrMoreOfEachCaller() {
    Extent rounds = new Extent.Rounds(1);
    assertEquals(OptionalInt.of(10), rounds.callsPerBlock(1, 100, 2));
    assertEquals(OptionalInt.of(10), rounds.callsPerBlock(2, 100, 2));
    assertEquals(OptionalInt.of(32), rounds.callsPerBlock(8, 100, 2));
    assertEquals(OptionalInt.of(200), rounds.callsPerBlock(50, 100, 2));
    assertEquals(OptionalInt.of(10), new Extent.Seconds(3).callsPerBlock(1, 0.03, 2));
  }

  @Test
  void slowCallsMakeASmallerBlockOrNone() {
    Extent extent = new Extent.Seconds(3);
    assertEquals(OptionalInt.of(7), extent.callsPerBlock(1, 0.1, 2));
    assertEquals(OptionalInt.of(1), extent.callsPerBlock(1, 1.3, 2));
    assertEquals(OptionalInt.of(8), extent.callsPerBlock(8, 1.3, 2));
    assertEquals(OptionalInt.empty(), extent.callsPerBlock(50, 1.3, 2));
  }

  @Property
  void everyCallerHasTheSameNumberOfCalls(
      @ForAll @IntRange(min = 1, max = 500) int atOnce,
      @ForAll @DoubleRange(min = 0.01, max = 10) double secondsPerCall,
      @ForAll @DoubleRange(min = 0.01, max = 100) double seconds) {
    new Extent.Seconds(seconds)
        .callsPerBlock(atOnce, secondsPerCall, 2)
        .ifPresent(
            calls -> {
              int most = Math.max(4 * atOnce, atOnce + 9);
              assertTrue(calls >= atOnce && calls <= most, () -> calls + " calls");
              assertEquals(0, calls % atOnce);
            });
  }
}

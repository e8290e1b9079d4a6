package dev.weft.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** A summary says of many durations what the durations themselves say, to 1 %. */
class DurationsProperties {
  private static final long MICROSECOND = 1000;

  @Property
  void summaryIsTrue(
      @ForAll @Size(min = 1, max = 200)
          List<@LongRange(min = 0, max = 100_000_000_000L) Long> all) {
    Durations.Summary summary = summary(all);
    List<Long> sorted = all.stream().sorted().toList();
    assertEquals(all.size(), summary.number());
    assertEquals(all.stream().mapToLong(Long::longValue).sum(), summary.totalNanos());
    assertEquals(sorted.getLast(), summary.longestNanos());
    assertIsNear(rank(sorted, 50), summary.p50Nanos());
    assertIsNear(rank(sorted, 90), summary.p90Nanos());
    assertIsNear(rank(sorted, 99), summary.p99Nanos());
    assertTrue(summary.p99Nanos() <= summary.longestNanos(), summary::toString);
  }

  @Property
  void bucketsHoldWhatIsNoLonger(
      @ForAll @Size(max = 200) List<@LongRange(min = 0, max = 100_000_000_000L) Long> all) {
    Durations.Summary summary = summary(all);
    assertEquals(Durations.BOUNDS.size(), summary.upTo().size());
    for (int i = 0; i < Durations.BOUNDS.size(); i++) {
      long bound = Durations.BOUNDS.get(i) * MICROSECOND;
      long counted = summary.upTo().get(i);
      assertTrue(counted >= all.stream().filter(each -> each <= bound).count(), summary::toString);
      assertTrue(
          counted <= all.stream().filter(each -> each <= bound + tolerance(bound)).count(),
          summary::toString);
    }
  }

  @Example
  void nothingIsNothing() {
    Durations.Summary summary = new Durations().summary();
    assertEquals(0, summary.number());
    assertEquals(0, summary.p99Nanos());
    assertEquals(0, summary.upTo().getLast());
  }

  private static Durations.Summary summary(List<Long> all) {
    Durations durations = new Durations();
    all.forEach(durations::add);
    return durations.summary();
  }

  /** The smallest that is not exceeded by so many of a hundred. */
  private static long rank(List<Long> sorted, int percent) {
    return sorted.get(Math.max(0, (sorted.size() * percent + 99) / 100 - 1));
  }

  private static void assertIsNear(long expected, long actual) {
    assertTrue(
        Math.abs(expected - actual) <= tolerance(expected), actual + " is not near " + expected);
  }

  private static long tolerance(long nanos) {
    return nanos / 100 + MICROSECOND;
  }
}

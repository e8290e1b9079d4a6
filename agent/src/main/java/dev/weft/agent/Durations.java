package dev.weft.agent;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/** How long something took each time, to 1 % and a microsecond. Not safe for several threads. */
final class Durations {
  /** Up to which durations {@link Summary#upTo} counts, in microseconds. */
  static final List<Long> BOUNDS =
      List.of(
          100L,
          250L,
          500L,
          1_000L,
          2_500L,
          5_000L,
          10_000L,
          25_000L,
          50_000L,
          100_000L,
          250_000L,
          500_000L,
          1_000_000L,
          2_500_000L,
          10_000_000L,
          60_000_000L);

  private static final int SIGNIFICANT_DIGITS = 2;

  /** In microseconds. Grows with the longest: 8 KB for 10 ms. */
  private final Histogram histogram = new Histogram(SIGNIFICANT_DIGITS);

  private long totalNanos;
  private long longestNanos;

  /**
   * What there is to say of all. Percentiles are never above the longest.
   *
   * @param upTo how many took no longer than each of {@link #BOUNDS}
   */
  record Summary(
      long number,
      long totalNanos,
      long p50Nanos,
      long p90Nanos,
      long p99Nanos,
      long longestNanos,
      List<Long> upTo) {}

  void add(long nanos) {
    long known = Math.clamp(nanos, 0, TimeUnit.DAYS.toNanos(1));
    histogram.recordValue(known / 1000);
    totalNanos += known;
    longestNanos = Math.max(longestNanos, known);
  }

  Summary summary() {
    return new Summary(
        histogram.getTotalCount(),
        totalNanos,
        percentile(50),
        percentile(90),
        percentile(99),
        longestNanos,
        upTo());
  }

  private long percentile(double percent) {
    return Math.min(histogram.getValueAtPercentile(percent) * 1000, longestNanos);
  }

  private List<Long> upTo() {
    Long[] counts = new Long[BOUNDS.size()];
    long below = 0;
    int bound = 0;
    for (HistogramIterationValue step : histogram.recordedValues()) {
      long value = histogram.lowestEquivalentValue(step.getValueIteratedTo());
      while (bound < counts.length && value > BOUNDS.get(bound)) {
        counts[bound++] = below;
      }
      below = step.getTotalCountToThisValue();
    }
    while (bound < counts.length) {
      counts[bound++] = below;
    }
    return List.of(counts);
  }
}

package dev.weft.bench.macro;

import java.util.Arrays;
import java.util.List;

/**
 * How values are spread. Of none, every figure is NaN.
 *
 * @param sorted ascending
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares them
public record Distribution(double[] sorted) {
  public static Distribution of(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    return new Distribution(sorted);
  }

  public int count() {
    return sorted.length;
  }

  /**
   * The value below which a part of the values lies; between two of them, on the straight line that
   * joins them (type 7 of Hyndman and Fan, as most programs have it).
   *
   * @param part 0 to 1
   */
  public double quantile(double part) {
    if (sorted.length == 0) {
      return Double.NaN;
    }
    double rank = part * (sorted.length - 1);
    int below = (int) rank;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (rank - below) * (sorted[above] - sorted[below]);
  }

  public double min() {
    return quantile(0);
  }

  public double median() {
    return quantile(0.5);
  }

  public double max() {
    return quantile(1);
  }

  public double mean() {
    return Arrays.stream(sorted).average().orElse(Double.NaN);
  }
}

package dev.weft.proxy;

import dev.weft.pages.PrometheusText;
import java.util.ArrayList;
import java.util.List;

/** How long something took each time, counted up to bounds. Guarded by who has it. */
final class Histogram {
  /** Those of kube-proxy for syncs: 1 ms, doubled fourteen times. */
  static final List<Long> SYNC = doubled(1_000, 15);

  /** Those of kube-proxy for the way from a cluster's event to a node's rules. */
  static final List<Long> PROGRAMMING = programming();

  /** Upper bounds of the buckets, in microseconds. */
  private final List<Long> bounds;

  private final long[] upTo;
  private long number;
  private long totalNanos;

  Histogram(List<Long> bounds) {
    this.bounds = bounds;
    this.upTo = new long[bounds.size()];
  }

  private static List<Long> doubled(long first, int count) {
    List<Long> bounds = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      bounds.add(first << i);
    }
    return List.copyOf(bounds);
  }

  private static List<Long> programming() {
    List<Long> bounds = new ArrayList<>(List.of(250_000L, 500_000L));
    add(bounds, 1, 59, 1);
    add(bounds, 60, 115, 5);
    add(bounds, 120, 300, 30);
    return List.copyOf(bounds);
  }

  private static void add(List<Long> bounds, int first, int last, int step) {
    for (long seconds = first; seconds <= last; seconds += step) {
      bounds.add(seconds * 1_000_000);
    }
  }

  void add(long nanos) {
    long known = Math.max(0, nanos);
    for (int i = bounds.size() - 1; i >= 0 && known <= bounds.get(i) * 1000; i--) {
      upTo[i]++;
    }
    number++;
    totalNanos += known;
  }

  void writeTo(PrometheusText text, String name, String labels) {
    List<Long> counts = new ArrayList<>(upTo.length);
    for (long count : upTo) {
      counts.add(count);
    }
    text.histogram(
        name,
        labels,
        bounds.stream().map(PrometheusText::bound).toList(),
        counts,
        number,
        totalNanos);
  }
}

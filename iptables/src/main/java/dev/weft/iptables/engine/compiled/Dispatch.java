package dev.weft.iptables.engine.compiled;

import java.util.List;

/**
 * A run of rules of which a packet meets few: those that name its fields. Each shape takes one
 * look; the order among rules of several shapes is kept by their positions.
 */
final class Dispatch {
  private final Shape[] shapes;

  /**
   * By shape, from keys to places in the program; the word before a place is the rule's position.
   * Negative: to a bucket, of which the first one is -1.
   */
  private final LongTable[] tables;

  private final int[][] buckets;

  /** Where packets go on that no rule has kept. */
  private final int end;

  /**
   * A run.
   *
   * @param buckets rules of several shapes that name the same: positions and places by turns
   */
  Dispatch(List<Shape> shapes, List<LongTable> tables, List<int[]> buckets, int end) {
    this.shapes = shapes.toArray(Shape[]::new);
    this.tables = tables.toArray(LongTable[]::new);
    this.buckets = buckets.toArray(int[][]::new);
    this.end = end;
  }

  /** Where the first rule is that a packet may meet. */
  int first(PacketBuffer packet, int[] code) {
    if (shapes.length == 1) {
      int place = tables[0].get(shapes[0].key(packet));
      return place == 0 ? end : place;
    }
    return after(-1, packet, code);
  }

  /** Where the next rule behind a position is, with several shapes. */
  int after(int position, PacketBuffer packet, int[] code) {
    int nearest = Integer.MAX_VALUE;
    int place = end;
    for (int i = 0; i < shapes.length; i++) {
      int found = tables[i].get(shapes[i].key(packet));
      if (found > 0) {
        int at = code[found - 1];
        if (at > position && at < nearest) {
          nearest = at;
          place = found;
        }
      } else if (found < 0) {
        int[] bucket = buckets[-1 - found];
        int at = next(bucket, position);
        if (at < bucket.length && bucket[at] < nearest) {
          nearest = bucket[at];
          place = bucket[at + 1];
        }
      }
    }
    return place;
  }

  private static int next(int[] bucket, int position) {
    int low = 0;
    int high = bucket.length / 2;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (bucket[2 * middle] > position) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return 2 * low;
  }
}

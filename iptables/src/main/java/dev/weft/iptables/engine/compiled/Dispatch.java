package dev.weft.iptables.engine.compiled;

import java.util.List;

/**
 * A run of rules of which a packet meets few: those that name its fields. Each shape takes one
 * look; the order among rules of several shapes is kept by their positions.
 */
final class Dispatch {
  private final Shape[] shapes;

  /**
   * By shape. Before a key, that is 3 words before the place of a rule, stands the rule's position;
   * or -1 minus the number of a bucket.
   */
  private final PlaceTable[] tables;

  /** Rules of several shapes that name the same: positions and places by turns. */
  private final int[][] buckets;

  /** Where packets go on that no rule has kept. */
  private final int end;

  Dispatch(List<Shape> shapes, List<PlaceTable> tables, List<int[]> buckets, int end) {
    this.shapes = shapes.toArray(Shape[]::new);
    this.tables = tables.toArray(PlaceTable[]::new);
    this.buckets = buckets.toArray(int[][]::new);
    this.end = end;
  }

  /** Where the first rule is that a packet may meet. */
  int first(PacketBuffer packet, int[] code) {
    if (shapes.length == 1) {
      int place = tables[0].get(shapes[0].key(packet), code);
      return place == 0 ? end : place;
    }
    return after(-1, packet, code);
  }

  /** Where the next rule behind a position is, with several shapes. */
  int after(int position, PacketBuffer packet, int[] code) {
    int nearest = Integer.MAX_VALUE;
    int place = end;
    for (int i = 0; i < shapes.length; i++) {
      int found = tables[i].get(shapes[i].key(packet), code);
      if (found == 0) {
        continue;
      }
      int at = code[found - 3];
      if (at >= 0) {
        if (at > position && at < nearest) {
          nearest = at;
          place = found;
        }
        continue;
      }
      int[] bucket = buckets[-1 - at];
      int next = next(bucket, position);
      if (next < bucket.length && bucket[next] < nearest) {
        nearest = bucket[next];
        place = bucket[next + 1];
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

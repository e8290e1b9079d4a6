package dev.weft.bench.macro;

import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/** How long something is measured. A round is a block of calls of each side. */
public sealed interface Extent {
  /** So many rounds, whatever they take. */
  record Rounds(int count) implements Extent {}

  /**
   * As many rounds as begin within so many seconds, but two at least: each side has then been first
   * once.
   */
  record Seconds(double count) implements Extent {}

  /** Fewer calls than this are no block: a starting thread would show in its calls per second. */
  int CALLS_PER_BLOCK = 10;

  /**
   * At a block's beginning and end fewer calls are on their way than shall be at once: with fewer
   * than this for each caller, its calls per second would tell of little else.
   */
  int CALLS_PER_CALLER = 4;

  /** How much longer than the given time one block may take, so that a slow peer is still seen. */
  int LONGEST_BLOCK = 4;

  /** Whether one more round is due. */
  default boolean wantsMore(int roundsDone, long nanosSinceBegin) {
    return switch (this) {
      case Rounds(int count) -> roundsDone < count;
      case Seconds(double count) ->
          roundsDone < 2 || nanosSinceBegin < count * TimeUnit.SECONDS.toNanos(1);
    };
  }

  /**
   * How many calls make a block: four for each caller and ten in all or more, but no more than fit
   * four times into the given time, so that there are rounds enough.
   *
   * @param atOnce how many callers there are
   * @param secondsPerCall what an ADD and a DEL take of the slower side, one at a time
   * @param processors how many calls can make headway at once, at best
   * @return nothing if even one call of each caller would take far longer than the given time
   */
  default OptionalInt callsPerBlock(int atOnce, double secondsPerCall, int processors) {
    int full = atOnce * Math.max(CALLS_PER_CALLER, Math.ceilDiv(CALLS_PER_BLOCK, atOnce));
    return switch (this) {
      case Rounds _ -> OptionalInt.of(full);
      case Seconds(double count) -> {
        if (atOnce * secondsPerCall > LONGEST_BLOCK * count) {
          yield OptionalInt.empty();
        }
        double secondsAtOnce = secondsPerCall / Math.min(atOnce, processors);
        int fitting = atOnce * (int) Math.min(full, count / 4 / secondsAtOnce / atOnce);
        yield OptionalInt.of(Math.clamp(fitting, atOnce, full));
      }
    };
  }
}

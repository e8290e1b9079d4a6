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
   * How many calls make a block: as many for each caller as it takes to have ten or more, but no
   * more than fit four times into the given time, so that there are rounds enough.
   *
   * @param atOnce how many callers there are
   * @param secondsPerCall what an ADD and a DEL take of the slower side, one at a time
   * @return nothing if even one call of each caller would take far longer than the given time
   */
  default OptionalInt callsPerBlock(int atOnce, double secondsPerCall) {
    int full = atOnce * Math.ceilDiv(CALLS_PER_BLOCK, atOnce);
    return switch (this) {
      case Rounds _ -> OptionalInt.of(full);
      case Seconds(double count) -> {
        if (atOnce * secondsPerCall > LONGEST_BLOCK * count) {
          yield OptionalInt.empty();
        }
        int fitting = atOnce * (int) Math.min(full, count / 4 / secondsPerCall / atOnce);
        yield OptionalInt.of(Math.clamp(fitting, atOnce, full));
      }
    };
  }
}

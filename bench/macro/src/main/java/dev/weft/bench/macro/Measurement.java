package dev.weft.bench.macro;

import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Calls of one kind by both sides.
 *
 * @param callsPerBlock how many calls of a side come before it is the other's turn
 * @param scores of the sides that can do it
 */
record Measurement(int atOnce, Verb verb, int callsPerBlock, Map<Side, Score> scores) {
  Measurement {
    scores = Side.inOrder(scores);
  }

  /** A figure of ours for one of the peer's; NaN if either is missing. */
  double ratio(ToDoubleFunction<Score> figure) {
    Score ours = scores.get(Side.WEFT);
    Score theirs = scores.get(Side.PEER);
    return ours == null || theirs == null
        ? Double.NaN
        : figure.applyAsDouble(ours) / figure.applyAsDouble(theirs);
  }
}

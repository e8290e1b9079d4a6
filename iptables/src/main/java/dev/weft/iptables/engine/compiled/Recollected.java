package dev.weft.iptables.engine.compiled;

import dev.weft.iptables.ruleset.Match;
import dev.weft.iptables.ruleset.Side;

/**
 * What a {@link Match.Recent} asks for, but for whether it is negated.
 *
 * @param list its number in {@link RecentLists}
 * @param millis how long ago the address may have been seen; negative: at any time
 */
record Recollected(
    Match.Recent.Action action,
    int list,
    long millis,
    long maskHigh,
    long maskLow,
    boolean bySource) {

  static Recollected of(Match.Recent recent, RecentLists lists) {
    return new Recollected(
        recent.action(),
        lists.number(recent.list()),
        recent.seconds().isPresent() ? recent.seconds().getAsInt() * 1000L : -1,
        recent.mask().high(),
        recent.mask().low(),
        recent.side() == Side.SOURCE);
  }

  /** Whether it holds, if it is not negated. */
  boolean isFresh(RecentLists lists, long high, long low, long now) {
    int entry = lists.find(list, high & maskHigh, low & maskLow);
    return action == Match.Recent.Action.SET
        || (entry >= 0 && (millis < 0 || now - lists.time(entry) <= millis));
  }

  /** Does with the list what is to be done once the match was tried. */
  void remember(RecentLists lists, long high, long low, long now, boolean held) {
    switch (action) {
      case SET -> lists.seen(list, high & maskHigh, low & maskLow, now);
      case UPDATE -> {
        if (held && lists.find(list, high & maskHigh, low & maskLow) >= 0) {
          lists.seen(list, high & maskHigh, low & maskLow, now);
        }
      }
      case REMOVE -> {
        int entry = lists.find(list, high & maskHigh, low & maskLow);
        if (entry >= 0) {
          lists.forget(entry);
        }
      }
      case RCHECK -> {}
    }
  }
}

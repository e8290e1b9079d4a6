package dev.weft.proxy;

import dev.weft.net.IpFamily;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;

/**
 * Whether changes become rules in time: what was heard must not wait for longer than two sync
 * periods. Told by the one who works, asked by any thread.
 */
final class ProxyHealth {
  private static final Duration DEFAULT_PERIOD = Duration.ofSeconds(30);

  private final Duration patience;

  /** Since when something waits. */
  private final Map<IpFamily, Instant> waiting = new EnumMap<>(IpFamily.class);

  private final Map<IpFamily, Instant> updated = new EnumMap<>(IpFamily.class);

  private boolean leaving;

  ProxyHealth(Duration syncPeriod) {
    this.patience = (syncPeriod.isZero() ? DEFAULT_PERIOD : syncPeriod).multipliedBy(2);
  }

  /**
   * How it is.
   *
   * @param eligible whether load balancers may begin to send to this node, as far as its cluster
   *     tells
   * @param lastUpdated since when nothing waits; the moment of the question while nothing does
   */
  record Status(boolean healthy, boolean eligible, Instant lastUpdated, Instant now) {}

  /** Whether this node is about to be deleted. */
  synchronized void leaving(boolean isLeaving) {
    leaving = isLeaving;
  }

  /** Something happened that may change rules. */
  synchronized void heard(Instant now) {
    for (IpFamily family : IpFamily.values()) {
      waiting.putIfAbsent(family, now);
    }
  }

  /** Rules of a family are as they shall be. */
  synchronized void updated(IpFamily family, Instant now) {
    waiting.remove(family);
    updated.put(family, now);
  }

  synchronized Status status(Instant now) {
    Instant last = waiting.isEmpty() ? now : Instant.MAX;
    boolean healthy = true;
    for (Map.Entry<IpFamily, Instant> each : waiting.entrySet()) {
      healthy &= each.getValue().plus(patience).isAfter(now);
      Instant before = updated.getOrDefault(each.getKey(), each.getValue());
      last = before.isBefore(last) ? before : last;
    }
    return new Status(healthy, !leaving, last, now);
  }
}

package dev.weft.watch;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Pauses between attempts that fail, each twice as long as the one before, and all of them
 * different on different nodes: else they would come back to a server at one moment.
 */
final class Backoff {
  private final Duration least;
  private final Duration most;
  private Duration next;

  Backoff(Duration least, Duration most) {
    this.least = least;
    this.most = most;
    this.next = least;
  }

  /** The next pause: from half of its length to all of it. */
  Duration next() {
    long whole = next.toNanos();
    Duration doubled = next.multipliedBy(2);
    next = doubled.compareTo(most) > 0 ? most : doubled;
    return Duration.ofNanos(ThreadLocalRandom.current().nextLong(whole / 2, whole + 1));
  }

  void reset() {
    next = least;
  }
}

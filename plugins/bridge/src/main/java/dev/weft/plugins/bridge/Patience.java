package dev.weft.plugins.bridge;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Waits for what the kernel does in its own time, looking at once and then ever less often. */
final class Patience {
  private static final long FIRST_PAUSE_NANOS = 100_000;
  private static final long LONGEST_PAUSE_NANOS = 50_000_000;

  private Patience() {}

  /**
   * Looks until what is seen is as it should be, or a time has passed.
   *
   * @return what was seen last
   */
  static <T> T until(Duration limit, Supplier<T> look, Predicate<T> isAsItShould) {
    long deadline = System.nanoTime() + limit.toNanos();
    long pause = FIRST_PAUSE_NANOS;
    T seen = look.get();
    while (!isAsItShould.test(seen)
        && System.nanoTime() - deadline < 0
        && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
      seen = look.get();
    }
    return seen;
  }
}

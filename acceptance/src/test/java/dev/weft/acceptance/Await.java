package dev.weft.acceptance;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what another process brings about. */
final class Await {
  private Await() {}

  /** Asks again and again until the answer is yes; past the limit the test fails. */
  static void until(Duration limit, BooleanSupplier condition, Supplier<String> otherwise) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(otherwise.get());
      }
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(otherwise.get(), e);
      }
    }
  }
}

package dev.weft.bench.macro;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Has a benchmark end early, and orderly, when its process is told to end. The process waits until
 * this is closed, which should come after all else that is to be put away.
 */
final class Interruption implements AutoCloseable {
  /** The longest block of calls, and removing its leases. */
  private static final int PATIENCE_SECONDS = 120;

  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread hook = new Thread(this::interrupt, "interruption");
  private volatile boolean interrupted;

  Interruption() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** To be asked wherever it is easy to stop. */
  void check() {
    if (interrupted) {
      throw new BenchException("the benchmark was interrupted");
    }
  }

  private void interrupt() {
    interrupted = true;
    try {
      if (!closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("weft: the benchmark does not end; its files and its agent may be left");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      interrupted = true; // it runs, and ends now
    }
  }
}

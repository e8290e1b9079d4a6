package dev.weft.bench.macro;

import dev.weft.kernel.RoamingThread;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads that make calls, each in the node that it is told. They are kept from one phase to the
 * next: a new thread would have its first memory from the kernel in the midst of a measurement.
 */
final class Callers implements AutoCloseable {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final int number;
  private final ExecutorService threads;

  /** Must not be made on a thread that moves. */
  Callers(int number) {
    this.number = number;
    this.threads =
        Executors.newFixedThreadPool(
            number, work -> new RoamingThread("caller-" + NUMBER.incrementAndGet(), work));
  }

  /** How many calls can be made at once. */
  int number() {
    return number;
  }

  /** Has one of them work. */
  void execute(Runnable work) {
    threads.execute(work);
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}

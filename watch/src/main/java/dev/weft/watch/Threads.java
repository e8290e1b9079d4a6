package dev.weft.watch;

/** Waits for threads that end soon. */
final class Threads {
  private Threads() {}

  /** Waits until a thread has ended; an interruption is kept for later. */
  static void join(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

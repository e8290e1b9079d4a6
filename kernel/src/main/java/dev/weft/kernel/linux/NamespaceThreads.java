package dev.weft.kernel.linux;

import dev.weft.kernel.RoamingThread;
import dev.weft.kernel.libc.Libc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The platform threads on which namespaces are entered for threads that must not move themselves.
 * They do nothing else, and go back to the process's own namespace after each work, so that none is
 * held longer than it is used; to start a thread each time would cost ten times more.
 */
final class NamespaceThreads {
  private static final int HOME = Libc.open("/proc/self/ns/net", Libc.O_RDONLY | Libc.O_CLOEXEC);

  private static final ThreadPoolExecutor THREADS =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          2,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          Thread.ofPlatform().name("namespace").daemon().factory());

  private NamespaceThreads() {}

  /**
   * Runs work after a namespace was entered, and waits for it: on the calling thread if that may
   * move, else on one of these.
   */
  static <T> T run(Runnable enter, Callable<T> work) {
    if (Thread.currentThread() instanceof RoamingThread roaming) {
      try {
        return roaming.inside(enter, work);
      } catch (Exception e) {
        throw unchecked(e);
      }
    }
    FutureTask<T> task =
        new FutureTask<>(
            () -> {
              enter.run();
              try {
                return work.call();
              } finally {
                // A thread that cannot go back does no harm: it enters anew each time, and soon
                // ends.
                Libc.setns(HOME, Libc.CLONE_NEWNET);
              }
            });
    THREADS.execute(task);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      throw unchecked(Objects.requireNonNull(e.getCause()));
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static RuntimeException unchecked(Throwable thrown) {
    return switch (thrown) {
      case RuntimeException e -> e;
      case IOException e -> new UncheckedIOException(e);
      case Error e -> throw e;
      default -> new CompletionException(thrown);
    };
  }
}

package dev.weft.watch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings what several threads have to tell to a listener by one, which tells at once what has come
 * meanwhile. Whoever tells faster than the listener listens has to wait.
 */
final class EventQueue implements Consumer<ObjectEvent>, AutoCloseable {
  private static final int WAITING = 4096;
  private static final int LOOK_MILLIS = 100;

  private final BlockingQueue<ObjectEvent> events = new ArrayBlockingQueue<>(WAITING);
  private @Nullable Thread thread;
  private volatile boolean closed;

  void start(ObjectSource.Listener listener) {
    thread = Thread.ofPlatform().daemon().name("weft-events").start(() -> run(listener));
  }

  private void run(ObjectSource.Listener listener) {
    try {
      while (!closed) {
        ObjectEvent first = events.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        if (first != null) {
          List<ObjectEvent> told = new ArrayList<>();
          told.add(first);
          events.drainTo(told);
          if (!closed) {
            listener.told(told);
          }
        }
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody else knows this thread", e);
    }
  }

  @Override
  public void accept(ObjectEvent event) {
    try {
      boolean accepted = false;
      while (!closed && !accepted) {
        accepted = events.offer(event, LOOK_MILLIS, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  @Override
  public void close() {
    closed = true;
    if (thread != null && thread != Thread.currentThread()) {
      Threads.join(thread);
    }
  }
}

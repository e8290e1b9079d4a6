package dev.weft.agent;

import dev.weft.kernel.RoamingThread;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Calls that wait, and the threads that work on them: the oldest first, those of one container one
 * after the other, all others side by side.
 *
 * @param <T> a call
 */
final class CallQueue<T> {
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final int threadLimit;
  private final int waitingLimit;
  private final Executor home;
  private final Consumer<T> work;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition callCame = lock.newCondition();
  private final Condition allDone = lock.newCondition();

  private final Queue<Waiting<T>> waiting = new ArrayDeque<>();
  private final Set<String> busyContainers = new HashSet<>();
  private int threads;
  private int idle;
  private int working;

  /**
   * @param threadLimit how many calls may be worked on at a time
   * @param waitingLimit how many may wait beyond these
   * @param home runs what no call has to wait for, on threads that never move
   * @param work serves a call; what it throws ends its thread and no other
   */
  CallQueue(int threadLimit, int waitingLimit, Executor home, Consumer<T> work) {
    this.threadLimit = threadLimit;
    this.waitingLimit = waitingLimit;
    this.home = home;
    this.work = work;
  }

  /**
   * @param container empty for calls that need no order
   */
  private record Waiting<T>(String container, T call) {}

  /** How full it is. */
  record Load(int working, int waiting) {}

  /**
   * Lets a call wait for its turn; false if too many wait already. Called by a thread that never
   * moves between namespaces: threads are born where it is.
   */
  boolean offer(String container, T call) {
    lock.lock();
    try {
      if (waiting.size() >= waitingLimit) {
        return false;
      }
      waiting.add(new Waiting<>(container, call));
      if (waiting.size() > idle && threads < threadLimit) {
        startThread();
      } else {
        callCame.signal();
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  Load load() {
    lock.lock();
    try {
      return new Load(working, waiting.size());
    } finally {
      lock.unlock();
    }
  }

  /** Waits until nothing waits and nobody works; false if that takes longer. */
  boolean awaitEmpty(long nanos) throws InterruptedException {
    lock.lock();
    try {
      long left = nanos;
      while (working > 0 || !waiting.isEmpty()) {
        if (left <= 0) {
          return false;
        }
        left = allDone.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      for (Optional<Waiting<T>> next = take(); next.isPresent(); next = take()) {
        try {
          work.accept(next.get().call);
        } finally {
          finished(next.get().container);
        }
      }
    } finally {
      ended();
    }
  }

  /** The oldest call whose container is free; nothing if there was none for long. */
  private Optional<Waiting<T>> take() {
    lock.lock();
    try {
      long left = IDLE_NANOS;
      while (true) {
        for (Iterator<Waiting<T>> all = waiting.iterator(); all.hasNext(); ) {
          Waiting<T> next = all.next();
          if (next.container.isEmpty() || busyContainers.add(next.container)) {
            all.remove();
            working++;
            return Optional.of(next);
          }
        }
        if (left <= 0) {
          return Optional.empty();
        }
        idle++;
        try {
          left = callCame.awaitNanos(left);
        } catch (InterruptedException e) {
          // Nobody has a reason to interrupt this thread; without it a call might wait for ever.
          left = IDLE_NANOS;
        } finally {
          idle--;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whoever finished a call looks for the next, which may be one of the same container. */
  private void finished(String container) {
    lock.lock();
    try {
      working--;
      busyContainers.remove(container);
      if (working == 0 && waiting.isEmpty()) {
        allDone.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** A call that came while a thread was about to end, or waited when it died, has another. */
  private void ended() {
    lock.lock();
    try {
      threads--;
      if (!waiting.isEmpty()) {
        home.execute(this::succeed);
      }
    } finally {
      lock.unlock();
    }
  }

  private void succeed() {
    lock.lock();
    try {
      if (waiting.size() > idle && threads < threadLimit) {
        startThread();
      }
    } finally {
      lock.unlock();
    }
  }

  private void startThread() {
    new RoamingThread("call", home, this::run).start();
    threads++;
  }
}

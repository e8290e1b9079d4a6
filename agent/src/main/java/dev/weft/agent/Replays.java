package dev.weft.agent;

import dev.weft.pending.PendingDeletes;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Carries out the DELs that are owed: all of them at first, and those that fail again and again
 * until they are done.
 */
final class Replays implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Replays.class.getName());

  private static final long ROUND_MILLIS = TimeUnit.SECONDS.toMillis(10);

  /** How many are carried out at a time, one that hangs included. */
  private static final int WORKING_LIMIT = 4;

  private static final int WAITING_LIMIT = 100_000;

  private final PendingDeletes pendingDeletes;
  private final CallQueue<Owed> queue;
  private final Thread rounds;

  private record Owed(String name, boolean atOnce) {}

  /**
   * Begins at once. Called by a thread that never moves between namespaces.
   *
   * @param home see {@link CallQueue}
   */
  Replays(PendingDeletes pendingDeletes, Executor home) {
    this.pendingDeletes = pendingDeletes;
    this.queue = new CallQueue<>(WORKING_LIMIT, WAITING_LIMIT, home, this::retry);
    this.rounds = Thread.ofPlatform().name("replays").daemon().start(this::run);
  }

  private void run() {
    try {
      round(true);
      while (true) {
        Thread.sleep(ROUND_MILLIS);
        round(false);
      }
    } catch (InterruptedException e) {
      LOG.log(Level.FINE, "no more rounds", e);
    }
  }

  private void round(boolean atOnce) {
    if (queue.load().waiting() > 0) {
      return; // what is owed since the last round can wait for the next
    }
    try {
      for (String name : pendingDeletes.owed()) {
        queue.offer(name, new Owed(name, atOnce));
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "what is owed cannot be listed: " + e.getMessage());
    }
  }

  private void retry(Owed owed) {
    pendingDeletes.retry(owed.name, owed.atOnce);
  }

  /** Begins no more; what is being carried out stays owed if it does not end in time. */
  @Override
  public void close() {
    rounds.interrupt();
  }
}

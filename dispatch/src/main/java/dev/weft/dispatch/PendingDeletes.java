package dev.weft.dispatch;

import dev.weft.cni.CniException;
import dev.weft.cni.ErrorCode;
import dev.weft.cni.PluginAnswer;
import dev.weft.cni.Reply;
import dev.weft.cni.StandardInput;
import dev.weft.dispatch.DeleteRecords.Held;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Function;
import java.util.logging.Logger;

/**
 * Sees to it that a DEL that is owed to an attachment is carried out: after an ADD whose caller
 * never got an answer, and after a DEL that failed for a reason that will pass.
 *
 * <p>All whole calls from outside, in the agent and in processes of their own, go through {@link
 * #serve}. Whoever works on an attachment holds it, so that a DEL that is replayed never meets a
 * later ADD: that ADD carries it out first.
 */
public final class PendingDeletes {
  /** How long an attachment that somebody else works on is waited for. */
  private static final long PATIENCE_MILLIS = 60_000;

  private static final long LONGEST_NAP_MILLIS = 50;

  /** Codes from here on are each plugin's own (specification 1.1.0, section 5). */
  private static final int FIRST_OF_PLUGINS = 100;

  private final DeleteRecords records;
  private final Function<PendingDelete, Reply> replay;
  private final boolean queues;
  private final Pause pause;

  /** Logging starts only when there is something to say: it costs a process for one call 30 ms. */
  private static final class Log {
    static final Logger LOG = Logger.getLogger(PendingDeletes.class.getName());
  }

  /** A call, carried out. */
  @FunctionalInterface
  public interface Work {
    /** The reply; nothing if somebody else has to serve it. */
    Optional<Reply> on(StandardInput stdin);

    /**
     * Whether the caller still waits. An ADD that nobody waits for is not begun: another may have
     * succeeded meanwhile, which it would leave a DEL to if it was killed.
     */
    default boolean isAwaited() {
      return true;
    }
  }

  /** How time passes while another works. */
  @FunctionalInterface
  interface Pause {
    void take(long millis) throws InterruptedException;
  }

  /**
   * @param replay carries a DEL out
   * @param queues whether a DEL that fails is queued, for {@link #retry} to be called
   */
  PendingDeletes(
      DeleteRecords records, Function<PendingDelete, Reply> replay, boolean queues, Pause pause) {
    this.records = records;
    this.replay = replay;
    this.queues = queues;
    this.pause = pause;
  }

  /**
   * Serves a call.
   *
   * @param replayable whether the replayed DEL would see what the caller sees: the node's network
   *     and its files
   * @return what the work returned, or what the caller has to be told instead
   */
  public Optional<Reply> serve(
      String plugin,
      Map<String, String> environment,
      StandardInput stdin,
      boolean replayable,
      Work work) {
    String command = environment.getOrDefault("CNI_COMMAND", "");
    boolean attaches = command.equals("ADD");
    boolean collects = command.equals("GC");
    boolean concerned = attaches || collects || command.equals("DEL");
    if (!concerned || !records.inUse()) {
      return work.on(stdin);
    }
    byte[] configuration;
    try {
      configuration = stdin.all();
    } catch (IOException e) {
      return work.on(new Unreadable(e));
    }
    StandardInput again = StandardInput.of(configuration);
    if (collects) {
      return replayable ? collect(plugin, configuration, () -> work.on(again)) : work.on(again);
    }
    PendingDelete delete =
        PendingDelete.of(plugin, environment, configuration, System.currentTimeMillis());
    Optional<AttachmentKey> key = delete.key();
    if (key.isEmpty()) {
      return work.on(again);
    }
    String name = key.get().digest();
    boolean kept = replayable && delete.canBeKept();
    return attaches
        ? attach(name, delete, kept, work, again)
        : detach(name, delete, replayable, kept, () -> work.on(again));
  }

  /** Standard input that could not be read, for whoever has to say so. */
  private record Unreadable(IOException failure) implements StandardInput {
    @Override
    public byte[] all() throws IOException {
      throw failure;
    }

    @Override
    public byte[] available() throws IOException {
      throw failure;
    }
  }

  /** A call that was read, carried out. */
  private interface Step {
    Optional<Reply> run();
  }

  private Optional<Reply> attach(
      String name, PendingDelete delete, boolean kept, Work work, StandardInput stdin) {
    try {
      while (true) {
        Optional<Held> taken = holdUnlessBroken(name, delete);
        if (taken.isEmpty()) {
          return work.on(stdin);
        }
        try (Held held = taken.get()) {
          Optional<byte[]> owed = held.owed();
          if (owed.isPresent()) {
            mend(name, held, owed.get());
            continue; // it was let go of, and another may have come first
          }
          if (!work.isAwaited()) {
            return Optional.empty();
          }
          boolean begun = kept && begin(held, delete);
          Optional<Reply> reply = work.on(stdin);
          if (begun) {
            // Before the caller is told: or a DEL could follow an ADD that succeeded.
            held.settle();
          }
          return reply;
        }
      }
    } catch (CniException e) {
      return Optional.of(Reply.failure(e));
    } catch (IOException e) {
      return Optional.of(
          Reply.failure(
              new CniException(
                  ErrorCode.IO_FAILURE,
                  "it cannot be recorded what is owed to the container: " + e.getMessage(),
                  e)));
    }
  }

  /** Without records an ADD is as safe as any plugin's; but what is owed already must be known. */
  private Optional<Held> holdUnlessBroken(String name, PendingDelete delete) throws IOException {
    try {
      return Optional.of(hold(name));
    } catch (IOException e) {
      if (records.isPending(name)) {
        throw e;
      }
      warn("an ADD is served without a record for the " + delete + ": " + e);
      return Optional.empty();
    }
  }

  private static boolean begin(Held held, PendingDelete delete) throws IOException {
    try {
      held.begin(delete.write());
      return true;
    } catch (IOException e) {
      warn("an ADD is served without a record for the " + delete + ": " + e);
      held.setAside(); // half a record
      return false;
    }
  }

  /** A DEL is carried out whatever becomes of its record. */
  private Optional<Reply> detach(
      String name, PendingDelete delete, boolean replayable, boolean kept, Step work) {
    try (Held held = hold(name)) {
      Optional<Reply> reply = work.run();
      if (reply.isEmpty() || !replayable) {
        return reply;
      }
      if (reply.get().exitCode() == 0) {
        settled(held, delete);
        return reply;
      }
      return queues && kept ? Optional.of(queue(held, delete, reply.get())) : reply;
    } catch (CniException e) {
      return Optional.of(Reply.failure(e));
    } catch (IOException e) {
      warn("the " + delete + " is carried out without a record: " + e);
      return work.run();
    }
  }

  private static void settled(Held held, PendingDelete delete) {
    try {
      held.settle();
    } catch (IOException e) {
      warn("the " + delete + " is done, but will be done again: " + e);
    }
  }

  /** Tells the caller that it is done once it is certain that it will be. */
  private static Reply queue(Held held, PendingDelete delete, Reply reply) {
    CniException failure = failure(delete, reply).orElseThrow();
    if (!willPass(failure)) {
      return reply;
    }
    String why = String.valueOf(failure.getMessage());
    try {
      held.keep(delete.failed(why, System.currentTimeMillis()).write());
    } catch (IOException e) {
      warn("the " + delete + " failed and cannot be queued: " + e);
      return reply;
    }
    String said = "the " + delete + " failed and is queued, to be tried again: " + why;
    warn(said);
    return new Reply(0, "", reply.stderr() + "weft: " + said + "\n");
  }

  /** What GC has removed is not owed any more, unless it came to be owed meanwhile. */
  private Optional<Reply> collect(String plugin, byte[] configuration, Step work) {
    SortedMap<String, byte[]> before;
    try {
      before = records.all();
    } catch (IOException e) {
      warn("GC does not know what is owed: " + e);
      before = Collections.emptySortedMap();
    }
    Optional<Reply> reply = work.run();
    if (before.isEmpty() || reply.isEmpty() || reply.get().exitCode() != 0) {
      return reply;
    }
    GcRequest request = GcRequest.read(plugin, configuration);
    for (Map.Entry<String, byte[]> record : before.entrySet()) {
      if (understand(record.getKey(), record.getValue()).filter(request::removed).isPresent()) {
        forget(record.getKey(), record.getValue());
      }
    }
    return reply;
  }

  private void forget(String name, byte[] record) {
    try {
      Optional<Held> taken = records.tryHold(name);
      if (taken.isPresent()) {
        try (Held held = taken.get()) {
          if (held.owed().filter(owed -> Arrays.equals(owed, record)).isPresent()) {
            held.settle();
          }
        }
      }
    } catch (IOException e) {
      warn("what GC has removed will be removed again: " + e);
    }
  }

  /** The names of all that is owed, or that somebody works on just now. */
  public Set<String> owed() throws IOException {
    return records.all().keySet();
  }

  /**
   * Carries out what is owed to an attachment, unless somebody works on it just now. Failures are
   * in the log.
   *
   * @param name one of {@link #owed}
   * @param atOnce or else only if it is time to
   */
  public void retry(String name, boolean atOnce) {
    try {
      Optional<Held> taken = records.tryHold(name);
      if (taken.isPresent()) {
        try (Held held = taken.get()) {
          Optional<byte[]> record = held.owed();
          if (record.isPresent() && (atOnce || isDue(name, record.get()))) {
            mend(name, held, record.get());
          }
        }
      }
    } catch (CniException e) {
      warn(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      warn("what is owed to a container cannot be looked at: " + e);
    }
  }

  private static boolean isDue(String name, byte[] record) {
    return understand(name, record)
        .map(delete -> delete.isDue(System.currentTimeMillis()))
        .orElse(true);
  }

  private Held hold(String name) throws IOException {
    long nap = 1;
    for (long waited = 0; waited < PATIENCE_MILLIS; waited += nap) {
      Optional<Held> held = records.tryHold(name);
      if (held.isPresent()) {
        return held.get();
      }
      try {
        pause.take(nap);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
      nap = Math.min(2 * nap, LONGEST_NAP_MILLIS);
    }
    throw new CniException(
        ErrorCode.TRY_AGAIN_LATER,
        "another call for this interface of the container is still at work: try again later");
  }

  /**
   * Carries out what is owed.
   *
   * @throws CniException 11 if that failed and it stays owed
   */
  private void mend(String name, Held held, byte[] record) throws IOException {
    Optional<PendingDelete> understood = understand(name, record);
    if (understood.isEmpty()) {
      warn("a record makes no sense and is put aside: " + name);
      held.setAside();
      return;
    }
    PendingDelete delete = understood.get();
    Optional<CniException> failure = failure(delete, replay.apply(delete));
    if (failure.isEmpty()) {
      held.settle();
      Log.LOG.info(() -> "the " + delete + " was owed and is done");
    } else if (willPass(failure.get())) {
      String why = String.valueOf(failure.get().getMessage());
      held.keep(delete.failed(why, System.currentTimeMillis()).write());
      throw new CniException(
          ErrorCode.TRY_AGAIN_LATER,
          "the " + delete + ", which is owed, failed again: " + why,
          failure.get().details());
    } else {
      warn("the " + delete + " is given up: " + failure.get().getMessage());
      held.settle();
    }
  }

  /** A record, if it is ours and stands under its own name. */
  private static Optional<PendingDelete> understand(String name, byte[] record) {
    try {
      return Optional.of(PendingDelete.read(record))
          .filter(delete -> delete.key().filter(key -> key.digest().equals(name)).isPresent());
    } catch (CniException e) {
      return Optional.empty();
    }
  }

  private static Optional<CniException> failure(PendingDelete delete, Reply reply) {
    try {
      PluginAnswer.of(delete.plugin(), reply);
      return Optional.empty();
    } catch (CniException e) {
      return Optional.of(e);
    }
  }

  /**
   * Whether a DEL that failed may succeed later: for want of a disk or a kernel that obeys, or for
   * whatever other plugins have codes for. What is wrong with the call itself stays wrong.
   */
  private static boolean willPass(CniException failure) {
    return failure.code() == ErrorCode.IO_FAILURE.number()
        || failure.code() == ErrorCode.TRY_AGAIN_LATER.number()
        || failure.code() >= FIRST_OF_PLUGINS;
  }

  private static void warn(String what) {
    Log.LOG.warning(what);
  }
}

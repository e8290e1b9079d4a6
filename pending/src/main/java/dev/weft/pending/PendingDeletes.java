package dev.weft.pending;

import dev.weft.cni.CniException;
import dev.weft.cni.ErrorCode;
import dev.weft.cni.Reply;
import dev.weft.cni.StandardInput;
import dev.weft.pending.DeleteRecords.Held;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Function;

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

  private final KnownRecords records;
  private final Replay replay;
  private final boolean queues;
  private final Pause pause;

  /** Runs a call of one of our plugins, as it came from a launcher. */
  @FunctionalInterface
  public interface Runner {
    Reply run(String plugin, Map<String, String> environment, StandardInput stdin);
  }

  /**
   * What an agent owes, and what others owe in the same namespace.
   *
   * @param runner replays
   * @throws IOException if it cannot be written down there
   */
  public static PendingDeletes ofAgent(NodeState state, Runner runner) throws IOException {
    DiskDeleteRecords records = new DiskDeleteRecords(state.begun(), state.pending());
    records.use();
    return of(records, runner, true);
  }

  /**
   * The same for a process that serves one call; what it cannot do now it leaves to its caller.
   *
   * @param environment says where it is written down
   */
  public static PendingDeletes ofProcess(Map<String, String> environment, Runner runner) {
    NodeState state = NodeState.of(environment);
    return of(new DiskDeleteRecords(state.begun(), state.pending()), runner, false);
  }

  private static PendingDeletes of(DeleteRecords records, Runner runner, boolean queues) {
    return new PendingDeletes(
        records,
        delete ->
            runner.run(delete.plugin(), delete.environment(), StandardInput.of(delete.bytes())),
        queues,
        Thread::sleep);
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
    this.records = new KnownRecords(records);
    this.replay = new Replay(replay);
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
            replay.mend(name, held, owed.get());
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
      PendingLog.warn("an ADD is served without a record for the " + delete + ": " + e);
      return Optional.empty();
    }
  }

  private static boolean begin(Held held, PendingDelete delete) throws IOException {
    try {
      held.begin(delete.write());
      return true;
    } catch (IOException e) {
      PendingLog.warn("an ADD is served without a record for the " + delete + ": " + e);
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
      PendingLog.warn("the " + delete + " is carried out without a record: " + e);
      return work.run();
    }
  }

  private static void settled(Held held, PendingDelete delete) {
    try {
      held.settle();
    } catch (IOException e) {
      PendingLog.warn("the " + delete + " is done, but will be done again: " + e);
    }
  }

  /** Tells the caller that it is done once it is certain that it will be. */
  private static Reply queue(Held held, PendingDelete delete, Reply reply) {
    CniException failure = Replay.failure(delete, reply).orElseThrow();
    if (!Replay.willPass(failure)) {
      return reply;
    }
    String why = String.valueOf(failure.getMessage());
    try {
      held.keep(delete.failed(why, System.currentTimeMillis()).write());
    } catch (IOException e) {
      PendingLog.warn("the " + delete + " failed and cannot be queued: " + e);
      return reply;
    }
    String said = "the " + delete + " failed and is queued, to be tried again: " + why;
    PendingLog.warn(said);
    return new Reply(0, "", reply.stderr() + "weft: " + said + "\n");
  }

  /** What GC has removed is not owed any more, unless it came to be owed meanwhile. */
  private Optional<Reply> collect(String plugin, byte[] configuration, Step work) {
    SortedMap<String, byte[]> before;
    try {
      before = records.all();
    } catch (IOException e) {
      PendingLog.warn("GC does not know what is owed: " + e);
      before = Collections.emptySortedMap();
    }
    Optional<Reply> reply = work.run();
    if (before.isEmpty() || reply.isEmpty() || reply.get().exitCode() != 0) {
      return reply;
    }
    GcRequest request = GcRequest.read(plugin, configuration);
    for (Map.Entry<String, byte[]> record : before.entrySet()) {
      if (PendingDelete.readAs(record.getKey(), record.getValue())
          .filter(request::removed)
          .isPresent()) {
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
      PendingLog.warn("what GC has removed will be removed again: " + e);
    }
  }

  /** The names of all that is owed, or that somebody works on just now. */
  public Set<String> owed() throws IOException {
    return records.all().keySet();
  }

  /**
   * What is owed, without a look at the disk: what this process did not bring about itself it knows
   * since {@link #owed} was asked for last.
   */
  public OwedDeletes known() {
    return records.known();
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
            replay.mend(name, held, record.get());
          }
        }
      }
    } catch (CniException e) {
      PendingLog.warn(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      PendingLog.warn("what is owed to a container cannot be looked at: " + e);
    }
  }

  private static boolean isDue(String name, byte[] record) {
    return PendingDelete.readAs(name, record)
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
}

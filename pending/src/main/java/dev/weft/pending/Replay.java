package dev.weft.pending;

import dev.weft.cni.CniException;
import dev.weft.cni.ErrorCode;
import dev.weft.cni.PluginAnswer;
import dev.weft.cni.Reply;
import dev.weft.pending.DeleteRecords.Held;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;

/** Carries out what is owed to an attachment that is held. */
final class Replay {
  /** Codes from here on are each plugin's own (specification 1.1.0, section 5). */
  private static final int FIRST_OF_PLUGINS = 100;

  private final Function<PendingDelete, Reply> runner;

  Replay(Function<PendingDelete, Reply> runner) {
    this.runner = runner;
  }

  /**
   * Carries it out.
   *
   * @param record what {@link Held#owed} gave
   * @throws CniException 11 if that failed and it stays owed
   */
  void mend(String name, Held held, byte[] record) throws IOException {
    Optional<PendingDelete> understood = PendingDelete.readAs(name, record);
    if (understood.isEmpty()) {
      PendingLog.warn("a record makes no sense and is put aside: " + name);
      held.setAside();
      return;
    }
    PendingDelete delete = understood.get();
    Optional<CniException> failure = failure(delete, runner.apply(delete));
    if (failure.isEmpty()) {
      held.settle();
      PendingLog.info("the " + delete + " was owed and is done");
    } else if (willPass(failure.get())) {
      String why = String.valueOf(failure.get().getMessage());
      held.keep(delete.failed(why, System.currentTimeMillis()).write());
      throw new CniException(
          ErrorCode.TRY_AGAIN_LATER,
          "the " + delete + ", which is owed, failed again: " + why,
          failure.get().details());
    } else {
      PendingLog.warn("the " + delete + " is given up: " + failure.get().getMessage());
      held.settle();
    }
  }

  /** Why a DEL failed, if it did. */
  static Optional<CniException> failure(PendingDelete delete, Reply reply) {
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
  static boolean willPass(CniException failure) {
    return failure.code() == ErrorCode.IO_FAILURE.number()
        || failure.code() == ErrorCode.TRY_AGAIN_LATER.number()
        || failure.code() >= FIRST_OF_PLUGINS;
  }
}

package dev.weft.ipam.lease;

import dev.weft.kernel.Combiner;
import dev.weft.kernel.FileId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What several threads of this process want to do with one network's leases at one moment, done by
 * one of them under one hold of the lock.
 *
 * <p>If each took the lock for itself, each would, when its turn comes, first have to wait until a
 * processor is free for it, and nobody would use the lock meanwhile.
 */
final class JointHold {
  /** Of those networks that somebody works on. */
  private static final Map<FileId, JointHold> NETWORKS = new ConcurrentHashMap<>();

  private final Combiner<Request<?>> combiner = new Combiner<>(1, new OneAfterTheOther());
  private int users;

  private JointHold() {}

  /** How the leases are opened as the thread that asks sees them. */
  interface Opening {
    Leases open() throws IOException;
  }

  private static final class Request<T> {
    private final Opening opening;
    private final LeaseStore.Work<T> work;
    private @Nullable T result;
    private @Nullable Throwable failure;

    Request(Opening opening, LeaseStore.Work<T> work) {
      this.opening = opening;
      this.work = work;
    }

    /** What it throws is for who asked, and no reason not to go on with others. */
    void run(Leases leases) {
      try {
        result = work.with(leases);
      } catch (Throwable e) {
        failure = e;
      }
    }
  }

  /**
   * Does something with a network's leases.
   *
   * @param directory which the leases are in, by whatever path the thread that asks sees it
   */
  static <T> T perform(FileId directory, Opening opening, LeaseStore.Work<T> work)
      throws IOException {
    JointHold hold = NETWORKS.compute(directory, (_, known) -> joined(known));
    Request<T> request = new Request<>(opening, work);
    try {
      hold.combiner.perform(request);
    } finally {
      NETWORKS.computeIfPresent(directory, (_, known) -> left(known));
    }
    if (request.failure != null) {
      throw rethrown(request.failure);
    }
    return done(request.result);
  }

  /** Not as a switch over types, for which Java would make a class at each start. */
  private static IOException rethrown(Throwable failure) {
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
    return (IOException) failure; // work throws nothing else
  }

  private static JointHold joined(@Nullable JointHold known) {
    JointHold hold = known == null ? new JointHold() : known;
    hold.users++;
    return hold;
  }

  private static @Nullable JointHold left(JointHold hold) {
    hold.users--;
    return hold.users == 0 ? null : hold;
  }

  @SuppressWarnings("NullAway") // work that does not fail has a result
  private static <T> T done(@Nullable T result) {
    return result;
  }

  private static final class OneAfterTheOther implements Combiner.Operation<Request<?>> {
    @Override
    public void alone(Request<?> request) {
      try (Leases leases = request.opening.open()) {
        request.run(leases);
      } catch (IOException e) {
        request.failure = e;
      }
    }

    @Override
    public BitSet together(List<Request<?>> requests) {
      try (Leases leases = requests.getFirst().opening.open()) {
        requests.forEach(request -> request.run(leases));
      } catch (IOException e) {
        throw new UncheckedIOException(e); // nothing was done: each finds out for itself
      }
      return new BitSet();
    }
  }
}

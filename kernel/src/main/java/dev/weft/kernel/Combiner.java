package dev.weft.kernel;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Does as one what several threads ask for at one moment.
 *
 * <p>Who comes first does at once what it came for. Who comes when enough operations are under way
 * waits; when one of them ends, the first who waits does it for all who wait, in one operation.
 * Nothing is delayed to gather more, no thread is needed, and who is alone pays nothing.
 *
 * @param <T> what is asked for
 */
public final class Combiner<T> {

  /** What is done, for one or for several. */
  public interface Operation<T> {
    /** Does what one caller asked for. */
    void alone(T request);

    /**
     * Does what several callers asked for, in their order.
     *
     * @param requests at least two
     * @return the positions of those that it did not do: each caller tries again {@link #alone},
     *     and so fails for a reason of its own
     * @throws RuntimeException if it did none
     */
    BitSet together(List<T> requests);
  }

  /** A caller who waits to be served, or to serve all who wait. */
  private static final class Waiting<T> {
    final T request;
    final CompletableFuture<Boolean> leads = new CompletableFuture<>();

    /** Whom it is to serve if it leads, itself the first. */
    List<Waiting<T>> all = List.of();

    boolean served;

    Waiting(T request) {
      this.request = request;
    }
  }

  private final int most;
  private final Operation<T> operation;
  private final Object lock = new Object();
  private List<Waiting<T>> gathered = new ArrayList<>();
  private int underWay;

  /**
   * @param most how many operations may be under way at once; more than one where the kernel itself
   *     does together what is asked of it at once
   */
  public Combiner(int most, Operation<T> operation) {
    this.most = most;
    this.operation = operation;
  }

  /**
   * Does it, by itself or with what others ask for, and returns when it is done. Fails as {@link
   * Operation#alone} fails for this request. Being interrupted does not end the wait.
   */
  public void perform(T request) {
    Waiting<T> waiting = null;
    synchronized (lock) {
      if (underWay < most) {
        underWay++;
      } else {
        waiting = new Waiting<>(request);
        gathered.add(waiting);
      }
    }
    if (waiting == null) {
      lead(request);
      return;
    }
    if (waiting.leads.join()) {
      lead(waiting.all);
    }
    if (!waiting.served) {
      operation.alone(request);
    }
  }

  private void lead(T request) {
    try {
      operation.alone(request);
    } finally {
      handOver();
    }
  }

  private void lead(List<Waiting<T>> all) {
    Waiting<T> leader = all.getFirst();
    if (all.size() == 1) {
      leader.served = true;
      lead(leader.request);
      return;
    }
    try {
      serve(all);
    } catch (RuntimeException e) {
      // The fault may be that of one: each learns its own.
    } finally {
      handOver();
      for (Waiting<T> follower : all.subList(1, all.size())) {
        follower.leads.complete(false);
      }
    }
  }

  private void serve(List<Waiting<T>> all) {
    List<T> requests = new ArrayList<>(all.size());
    for (Waiting<T> waiting : all) {
      requests.add(waiting.request);
    }
    BitSet left = operation.together(requests);
    for (int i = 0; i < all.size(); i++) {
      all.get(i).served = !left.get(i);
    }
  }

  /** Lets the first who waits lead the others, before those who were served go their way. */
  private void handOver() {
    List<Waiting<T>> next;
    synchronized (lock) {
      if (gathered.isEmpty()) {
        underWay--;
        return;
      }
      next = gathered;
      gathered = new ArrayList<>();
    }
    Waiting<T> leader = next.getFirst();
    leader.all = next;
    leader.leads.complete(true);
  }
}

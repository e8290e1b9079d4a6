package dev.weft.kernel.linux;

import static dev.weft.kernel.linux.LinkAttributes.IFLA_GROUP;
import static dev.weft.kernel.linux.Rtnetlink.RTM_DELLINK;

import dev.weft.kernel.Errno;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.Link;
import dev.weft.kernel.LinkChange;
import dev.weft.kernel.RoamingThread;
import dev.weft.kernel.netlink.MessageWriter;
import dev.weft.kernel.netlink.NetlinkException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Deletes links, several of one moment as a group. Each deletion ends with a wait of 16 ms for the
 * kernel's own readers (rcu_barrier in netdev_run_todo), whether of one link or of a hundred.
 */
final class LinkDeletion implements Combiner.Operation<Integer> {
  /**
   * How many links are deleted at once. No other link can be changed for 0.2 ms per link; more at
   * once would save little.
   */
  private static final int LINKS = 100;

  /**
   * How many deletions may be under way at once. The kernel shares its wait among those who wait
   * for it at once, so a few need not wait for each other as well. Many get into the way of those
   * who create links, and of each other.
   */
  private static final int DELETIONS = 16;

  /** Cannot be deleted, nor can any group that it is in; has this index in each namespace. */
  private static final int LOOPBACK = 1;

  /** How long the kernel is left alone between looks for a link that is about to go. */
  private static final long FIRST_PAUSE_NANOS = 100_000;

  private static final long LONGEST_PAUSE_NANOS = 2_000_000;

  private final NamespaceHandle namespace;
  private final LinuxLinks links;
  private final Combiner<Integer> combiner = new Combiner<>(DELETIONS, this);
  private final List<Behind> behind = new ArrayList<>();

  /** Whether links are being taken out of the kernel's tables. */
  private boolean unlisting;

  LinkDeletion(NamespaceHandle namespace, LinuxLinks links) {
    this.namespace = namespace;
    this.links = links;
  }

  /** Deletes one link, together with those that other threads delete at the moment. */
  void delete(int index) {
    if (index <= 0) {
      // To the kernel it would mean no link in particular.
      throw new KernelException(Errno.ENODEV, "no link has the index " + index);
    }
    if (Thread.currentThread() instanceof RoamingThread thread && thread.home().isPresent()) {
      deleteBehind(index, thread.home().get());
    } else {
      combiner.perform(index);
    }
  }

  /**
   * Returns as soon as nobody can find or use the link any more, and leaves it to another thread to
   * wait for the kernel to free its memory. In a process that ends with the call nothing would be
   * won: it ends only when all its threads have.
   */
  private void deleteBehind(int index, Executor home) {
    if (links.byIndex(index).isEmpty()) {
      throw new KernelException(Errno.ENODEV, "no link has the index " + index);
    }
    Behind deletion = new Behind(index, new CompletableFuture<>(), new AtomicReference<>());
    boolean first;
    synchronized (behind) {
      behind.add(deletion);
      first = !unlisting;
      unlisting = true;
    }
    if (first) {
      home.execute(() -> deleteGathered(home));
    }
    long pause = FIRST_PAUSE_NANOS;
    while (!deletion.isDoneWithin(pause) && !isGone(deletion)) {
      pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
    }
  }

  /** Whether nobody can find a link any more; then the next ones may be deleted. */
  private boolean isGone(Behind deletion) {
    Runnable next = deletion.next.get();
    if (next == null || links.byIndex(deletion.index).isPresent()) {
      return false;
    }
    next.run();
    return true;
  }

  /**
   * Deletes all that has gathered. Only while links are taken out of the kernel's tables is anybody
   * else held up, and for as long with one as with many; so the next are deleted when that is over,
   * and not yet when the kernel has freed these.
   */
  private void deleteGathered(Executor home) {
    List<Behind> gathered;
    synchronized (behind) {
      List<Behind> first = behind.subList(0, Math.min(behind.size(), LINKS));
      gathered = List.copyOf(first);
      first.clear();
    }
    AtomicBoolean isOver = new AtomicBoolean();
    Runnable next = () -> deleteNext(home, isOver);
    gathered.forEach(each -> each.next.set(next));
    List<Integer> indexes = gathered.stream().map(Behind::index).toList();
    BitSet left = new BitSet();
    if (indexes.size() == 1) {
      left.set(0);
    } else {
      left = together(indexes);
    }
    for (int i = 0; i < indexes.size(); i++) {
      try {
        if (left.get(i)) {
          alone(indexes.get(i));
        }
        gathered.get(i).end().complete(indexes.get(i));
      } catch (RuntimeException e) {
        gathered.get(i).end().completeExceptionally(e);
      }
    }
    next.run();
  }

  private void deleteNext(Executor home, AtomicBoolean isOver) {
    if (!isOver.compareAndSet(false, true)) {
      return; // another has seen it too
    }
    synchronized (behind) {
      unlisting = !behind.isEmpty();
      if (unlisting) {
        home.execute(() -> deleteGathered(home));
      }
    }
  }

  /**
   * A deletion that another thread does.
   *
   * @param next has the next ones deleted; nothing until this one has begun
   */
  private record Behind(
      int index, CompletableFuture<Integer> end, AtomicReference<@Nullable Runnable> next) {

    /** Waits for its end; fails as it has failed. */
    boolean isDoneWithin(long nanos) {
      try {
        end.get(nanos, TimeUnit.NANOSECONDS);
        return true;
      } catch (TimeoutException e) {
        return false;
      } catch (InterruptedException e) {
        // It goes on all the same, and so does the wait, at the thread's next look.
        return false;
      } catch (ExecutionException e) {
        throw e.getCause() instanceof KernelException refusal
            ? refusal
            : new IllegalStateException(e);
      }
    }
  }

  /** Deletes links; those that do not exist are none to delete. */
  void deleteAll(Collection<Integer> indexes) {
    Set<Integer> distinct = new LinkedHashSet<>(indexes);
    distinct.removeIf(index -> index <= 0);
    List<Integer> all = List.copyOf(distinct);
    List<KernelException> failures = new ArrayList<>();
    for (int from = 0; from < all.size(); from += LINKS) {
      deletePart(all.subList(from, Math.min(from + LINKS, all.size())), failures);
    }
    if (!failures.isEmpty()) {
      KernelException first = failures.getFirst();
      failures.subList(1, failures.size()).forEach(first::addSuppressed);
      throw first;
    }
  }

  private void deletePart(List<Integer> indexes, List<KernelException> failures) {
    BitSet left = new BitSet();
    if (indexes.size() == 1) {
      left.set(0);
    } else {
      left = together(indexes);
    }
    for (int i = left.nextSetBit(0); i >= 0; i = left.nextSetBit(i + 1)) {
      try {
        alone(indexes.get(i));
      } catch (KernelException e) {
        if (e.errno() != Errno.ENODEV) {
          failures.add(e);
        }
      }
    }
  }

  @Override
  public void alone(Integer index) {
    try {
      namespace.route().execute(LinkMessages.about(RTM_DELLINK, 0, index));
    } catch (NetlinkException e) {
      throw Refusal.because("cannot delete " + links.describe(index), e);
    }
  }

  /** Moves links into the doomed group and deletes that, all in one datagram. */
  @Override
  public BitSet together(List<Integer> indexes) {
    BitSet left = new BitSet();
    List<Integer> moved = new ArrayList<>(new LinkedHashSet<>(indexes));
    moved.removeIf(index -> index == LOOPBACK);
    List<MessageWriter> messages = new ArrayList<>(moved.size() + 1);
    for (int index : moved) {
      messages.addAll(LinkChangeMessages.of(index, new LinkChange.Group(Link.DOOMED_GROUP)));
    }
    messages.add(
        LinkMessages.about(RTM_DELLINK, MessageWriter.NLM_F_ACK, 0)
            .attributeInt(IFLA_GROUP, Link.DOOMED_GROUP));
    Set<Integer> gone = deleted(moved, messages);
    for (int i = 0; i < indexes.size(); i++) {
      // Who asks for a link that another has asked for comes too late.
      left.set(i, !gone.remove(indexes.get(i)));
    }
    return left;
  }

  /** Which of the links that these messages are about were there and are no more. */
  private Set<Integer> deleted(List<Integer> moved, List<MessageWriter> messages) {
    Set<Integer> deleted = new LinkedHashSet<>(moved);
    try {
      for (NetlinkException failure : namespace.route().executeEach(messages)) {
        if (failure.request() < moved.size()) {
          deleted.remove(moved.get(failure.request()));
        } else if (failure.errno() != Errno.ENODEV.number()) {
          // One of the group cannot be deleted, and so none of it was.
          deleted.removeIf(this::isSpared);
        }
        // Else somebody else has found them in the group and deleted it.
      }
    } catch (NetlinkException e) {
      deleted.clear();
    }
    return deleted;
  }

  /** Takes a link out of the doomed group; false if it is gone. */
  private boolean isSpared(int index) {
    try {
      links.change(index, new LinkChange.Group(0));
      return true;
    } catch (KernelException e) {
      return e.errno() != Errno.ENODEV;
    }
  }
}

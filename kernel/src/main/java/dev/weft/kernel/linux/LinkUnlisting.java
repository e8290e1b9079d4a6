package dev.weft.kernel.linux;

import dev.weft.kernel.Errno;
import dev.weft.kernel.KernelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Deletes links for callers who go on as soon as nobody can find or use the link any more, while
 * another thread waits for the kernel to free its memory.
 *
 * <p>Only while links are taken out of the kernel's tables is anybody else held up, and for as long
 * with one as with many. So what is asked for meanwhile gathers, and is deleted together when that
 * is over, and not yet when the kernel has freed those before.
 */
final class LinkUnlisting {
  /** How long the kernel is left alone between looks for a link that is about to go. */
  private static final long FIRST_PAUSE_NANOS = 100_000;

  private static final long LONGEST_PAUSE_NANOS = 2_000_000;

  private final LinkDeletion deletion;
  private final LinuxLinks links;
  private final List<Wanted> gathered = new ArrayList<>();

  /** Whether links are being taken out of the kernel's tables. */
  private boolean unlisting;

  LinkUnlisting(LinkDeletion deletion, LinuxLinks links) {
    this.deletion = deletion;
    this.links = links;
  }

  /**
   * A deletion that another thread does.
   *
   * @param next has the next ones deleted; nothing until this one has begun
   */
  private record Wanted(
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

  /**
   * Returns when the link is in no table of the kernel any more.
   *
   * @param home whose threads wait for the rest
   */
  void delete(int index, Executor home) {
    if (links.byIndex(index).isEmpty()) {
      throw new KernelException(Errno.ENODEV, "no link has the index " + index);
    }
    Wanted wanted = new Wanted(index, new CompletableFuture<>(), new AtomicReference<>());
    boolean first;
    synchronized (gathered) {
      gathered.add(wanted);
      first = !unlisting;
      unlisting = true;
    }
    if (first) {
      home.execute(() -> deleteGathered(home));
    }
    long pause = FIRST_PAUSE_NANOS;
    while (!wanted.isDoneWithin(pause) && !isGone(wanted)) {
      pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
    }
  }

  /** Whether nobody can find a link any more; then the next ones may be deleted. */
  private boolean isGone(Wanted wanted) {
    Runnable next = wanted.next.get();
    if (next == null || links.byIndex(wanted.index).isPresent()) {
      return false;
    }
    next.run();
    return true;
  }

  private void deleteGathered(Executor home) {
    List<Wanted> batch;
    synchronized (gathered) {
      List<Wanted> first = gathered.subList(0, Math.min(gathered.size(), LinkDeletion.LINKS));
      batch = List.copyOf(first);
      first.clear();
    }
    AtomicBoolean isOver = new AtomicBoolean();
    Runnable next = () -> deleteNext(home, isOver);
    batch.forEach(each -> each.next.set(next));
    try {
      Map<Integer, KernelException> failures =
          deletion.deletePart(batch.stream().map(Wanted::index).toList());
      for (Wanted each : batch) {
        KernelException failure = failures.get(each.index);
        if (failure == null) {
          each.end.complete(each.index);
        } else {
          each.end.completeExceptionally(failure);
        }
      }
    } catch (RuntimeException | Error e) {
      // Whatever it was, nobody may wait for ever.
      batch.forEach(each -> each.end.completeExceptionally(e));
      throw e;
    } finally {
      next.run();
    }
  }

  private void deleteNext(Executor home, AtomicBoolean isOver) {
    if (!isOver.compareAndSet(false, true)) {
      return; // another has seen it too
    }
    synchronized (gathered) {
      unlisting = !gathered.isEmpty();
      if (unlisting) {
        home.execute(() -> deleteGathered(home));
      }
    }
  }
}

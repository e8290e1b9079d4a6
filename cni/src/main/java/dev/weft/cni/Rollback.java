package dev.weft.cni;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The inverses of the steps done so far, run backwards unless all of it succeeds.
 *
 * <pre>{@code
 * try (Rollback rollback = new Rollback()) {
 *   Link link = namespace.create(bridge);
 *   rollback.onFailure(() -> namespace.deleteLink(link.index()));
 *   …
 *   rollback.succeeded();
 * }
 * }</pre>
 *
 * <p>One inverse that fails does not stop the others; what they throw is suppressed under the
 * failure that caused it all.
 */
public final class Rollback implements AutoCloseable {
  private final Deque<Runnable> inverses = new ArrayDeque<>();

  /** Records how to undo the step that has just been done. */
  public void onFailure(Runnable inverse) {
    inverses.push(inverse);
  }

  /** Keeps everything. */
  public void succeeded() {
    inverses.clear();
  }

  /** Undoes everything, latest first, unless it {@link #succeeded}. */
  @Override
  public void close() {
    @Nullable RuntimeException first = null;
    while (!inverses.isEmpty()) {
      try {
        inverses.pop().run();
      } catch (RuntimeException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}

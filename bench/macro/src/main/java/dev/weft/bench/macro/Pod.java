package dev.weft.bench.macro;

import dev.weft.kernel.Link;
import dev.weft.kernel.LinkChange;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.kernel.RoamingThread;
import dev.weft.kernel.linux.LinuxKernel;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/**
 * A network namespace for a pod, with the path that a thread gives it by being inside: nothing
 * outlives this process, however it ends.
 */
final class Pod implements AutoCloseable {
  private final NetworkNamespace namespace;
  private final Path path;
  private final CountDownLatch leave = new CountDownLatch(1);

  private Pod(NetworkNamespace namespace) {
    this.namespace = namespace;
    CompletableFuture<Path> entered = new CompletableFuture<>();
    new RoamingThread("pod", () -> stay(entered)).start();
    this.path = entered.join();
  }

  /** Must not be called on a thread that moves. */
  static Pod create(LinuxKernel kernel) {
    NetworkNamespace namespace = kernel.create("of a pod");
    try {
      return new Pod(namespace);
    } catch (RuntimeException e) {
      namespace.close();
      throw e;
    }
  }

  private void stay(CompletableFuture<Path> entered) {
    try {
      namespace.inside(
          () -> {
            entered.complete(LinuxKernel.pathOfThisThread());
            leave.await();
            return true;
          });
    } catch (RuntimeException e) {
      entered.completeExceptionally(e);
    }
  }

  /** What CNI_NETNS says. */
  Path path() {
    return path;
  }

  /** Makes it as it was when it was new. */
  void clean() {
    for (Link link : namespace.links()) {
      if (link.kind() instanceof Link.Kind.Veth) {
        namespace.deleteLink(link.index());
      } else if (link.kind() instanceof Link.Kind.Loopback && link.up()) {
        namespace.change(link.index(), new LinkChange.Down());
      }
    }
  }

  @Override
  public void close() {
    leave.countDown();
    namespace.close();
  }
}

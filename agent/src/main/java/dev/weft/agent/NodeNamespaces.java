package dev.weft.agent;

import dev.weft.kernel.CallingProcess;
import dev.weft.kernel.NamespaceId;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.kernel.linux.LinuxKernel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * The network namespaces that calls come from, almost always our own. All calls of one moment that
 * come from one namespace share its handle, so that what they change at once is changed together;
 * when the last of them ends the namespace is let go.
 */
final class NodeNamespaces {
  /** What a process calls its own namespace. */
  private static final Path OWN = Path.of("/proc/self/ns/net");

  private final LinuxKernel kernel;
  private final Executor home;
  private final Map<NamespaceId, Shared> inUse = new HashMap<>();

  /**
   * @param home runs what no call has to wait for
   */
  NodeNamespaces(LinuxKernel kernel, Executor home) {
    this.kernel = kernel;
    this.home = home;
  }

  private static final class Shared {
    final NetworkNamespace namespace;
    int users = 1;

    Shared(NetworkNamespace namespace) {
      this.namespace = namespace;
    }
  }

  /** The namespace of a process, until {@link #release}. */
  NetworkNamespace acquire(CallingProcess process) {
    NetworkNamespace opened = process.openNetwork(kernel::open, OWN);
    if (opened.id().equals(kernel.own().id())) {
      opened.close();
      return kernel.own();
    }
    synchronized (inUse) {
      Shared shared = inUse.get(opened.id());
      if (shared == null) {
        inUse.put(opened.id(), new Shared(opened));
        return opened;
      }
      opened.close();
      shared.users++;
      return shared.namespace;
    }
  }

  void release(NetworkNamespace namespace) {
    synchronized (inUse) {
      Shared shared = inUse.get(namespace.id());
      if (shared != null && --shared.users == 0) {
        inUse.remove(namespace.id());
        // The kernel may let the last user of a socket wait for what it changed by it.
        home.execute(namespace::close);
      }
    }
  }
}

package dev.weft.kernel.linux;

import dev.weft.kernel.Kernel;
import dev.weft.kernel.NetworkNamespace;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The kernel that runs here, spoken to over netlink.
 *
 * <p>Needs Linux 4.19 or newer and, for whatever changes something, CAP_NET_ADMIN; entering another
 * namespace needs CAP_SYS_ADMIN as well. One instance serves a whole process and all its threads.
 */
public final class LinuxKernel implements Kernel {
  private @Nullable NetworkNamespace own;

  @Override
  public synchronized NetworkNamespace own() {
    if (own == null) {
      // Of the main thread, whatever namespace the calling thread is in.
      own = new LinuxNamespace(NamespaceHandle.open("/proc/self/ns/net"), false);
    }
    return own;
  }

  @Override
  public NetworkNamespace open(Path path) {
    return new LinuxNamespace(NamespaceHandle.open(path.toString()), true);
  }
}

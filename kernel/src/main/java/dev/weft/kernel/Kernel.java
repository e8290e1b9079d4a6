package dev.weft.kernel;

import java.nio.file.Path;

/** The kernel of this machine: the way to its network namespaces. */
public interface Kernel {

  /** The namespace that this process was started in. Closing it is harmless. */
  NetworkNamespace own();

  /**
   * Opens the namespace that a path names, such as {@code /run/netns/blue} or {@code
   * /proc/17/ns/net}. The caller closes it.
   *
   * @throws KernelException with {@link Errno#ENOENT} if nothing is there, {@link Errno#EINVAL} if
   *     what is there is no network namespace
   */
  NetworkNamespace open(Path path);
}

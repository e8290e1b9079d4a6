package dev.weft.kernel.linux;

import dev.weft.kernel.Errno;
import dev.weft.kernel.Kernel;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.kernel.libc.Libc;
import java.io.IOException;
import java.nio.file.Files;
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

  /**
   * Opens the namespace that an open descriptor is of. The descriptor stays the caller's.
   *
   * @param path what the namespace is called in messages
   * @throws KernelException with {@link Errno#EINVAL} if it is no network namespace
   */
  public NetworkNamespace open(Path path, int descriptor) {
    int duplicate = Libc.duplicate(descriptor);
    if (duplicate < 0) {
      throw KernelException.because("cannot open network namespace " + path, -duplicate);
    }
    return new LinuxNamespace(NamespaceHandle.adopt(path.toString(), duplicate), true);
  }

  /**
   * Makes a namespace of its own, which lives as long as it is open or somebody is in it.
   *
   * @param name what it is called in messages
   */
  public NetworkNamespace create(String name) {
    int descriptor =
        NamespaceThreads.run(
            LinuxKernel::enterNewNamespace,
            () -> Libc.open("/proc/thread-self/ns/net", Libc.O_RDONLY | Libc.O_CLOEXEC));
    if (descriptor < 0) {
      throw KernelException.because("cannot open network namespace " + name, -descriptor);
    }
    return new LinuxNamespace(NamespaceHandle.adopt(name, descriptor), true);
  }

  /**
   * A path to the namespace that the calling thread is in. It leads there for as long as the thread
   * stays, from every process of its PID namespace; nothing has to be mounted for it, and nothing
   * outlives the process.
   */
  public static Path pathOfThisThread() {
    try {
      return Path.of("/proc")
          .resolve(Files.readSymbolicLink(Path.of("/proc/thread-self")))
          .resolve("ns/net");
    } catch (IOException e) {
      throw new KernelException(
          Errno.ENOENT, "/proc, by which namespaces have paths, should be mounted", e);
    }
  }

  private static void enterNewNamespace() {
    int result = Libc.unshare(Libc.CLONE_NEWNET);
    if (result < 0) {
      throw KernelException.because("cannot make a network namespace", -result);
    }
  }
}

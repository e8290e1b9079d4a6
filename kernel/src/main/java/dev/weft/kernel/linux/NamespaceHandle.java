package dev.weft.kernel.linux;

import dev.weft.kernel.Errno;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.NamespaceId;
import dev.weft.kernel.libc.Libc;
import dev.weft.kernel.netlink.NetlinkException;
import dev.weft.kernel.netlink.NetlinkSocket;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** An open network namespace: its descriptor, the way into it, and its netlink sockets. */
final class NamespaceHandle implements AutoCloseable {
  private static final int NS_GET_NSTYPE = 0xb703;

  private final String path;
  private final int descriptor;
  private final NamespaceId id;

  /** Held for reading while the descriptor is used, so that its number is not another file's. */
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  private final NetlinkSockets route;
  private final NetlinkSockets netfilter;
  private boolean closed;

  private NamespaceHandle(String path, int descriptor, NamespaceId id) {
    this.path = path;
    this.descriptor = descriptor;
    this.id = id;
    this.route = new NetlinkSockets(path, () -> openNetlink(NetlinkSocket.NETLINK_ROUTE));
    this.netfilter = new NetlinkSockets(path, () -> openNetlink(NetlinkSocket.NETLINK_NETFILTER));
  }

  /**
   * Opens the namespace that a path names.
   *
   * @throws KernelException with {@link Errno#EINVAL} if it names something else
   */
  static NamespaceHandle open(String path) {
    // Opening must not wait, should the path name a pipe.
    int descriptor = Libc.open(path, Libc.O_RDONLY | Libc.O_NONBLOCK | Libc.O_CLOEXEC);
    if (descriptor < 0) {
      throw KernelException.because("cannot open network namespace " + path, -descriptor);
    }
    return adopt(path, descriptor);
  }

  /**
   * Takes over a descriptor, which is closed with the handle, or at once if it is of something else
   * than a network namespace.
   *
   * @param path what the namespace is called in messages
   * @throws KernelException with {@link Errno#EINVAL} if it is something else
   */
  static NamespaceHandle adopt(String path, int descriptor) {
    if (Libc.ioctl(descriptor, NS_GET_NSTYPE) != Libc.CLONE_NEWNET) {
      Libc.close(descriptor);
      throw new KernelException(Errno.EINVAL, path + " is not a network namespace");
    }
    return new NamespaceHandle(path, descriptor, NamespaceId.of(descriptor));
  }

  NamespaceId id() {
    return id;
  }

  /** The sockets for links, addresses, routes and neighbours. */
  NetlinkSockets route() {
    return route;
  }

  /** The sockets for nftables and connection tracking. */
  NetlinkSockets netfilter() {
    return netfilter;
  }

  /** A kernel built without a protocol refuses the socket itself. */
  private NetlinkSocket openNetlink(int protocol) throws NetlinkException {
    try {
      return inside(() -> NetlinkSocket.open(protocol));
    } catch (CompletionException e) {
      if (e.getCause() instanceof NetlinkException refusal) {
        throw refusal;
      }
      throw e;
    }
  }

  /** What is done with a descriptor. */
  interface DescriptorUse<T, X extends Exception> {
    T with(int descriptor) throws X;
  }

  /** Has an operation use the descriptor while it is sure to be open. */
  <T, X extends Exception> T withDescriptor(DescriptorUse<T, X> operation) throws X {
    Lock use = lock.readLock();
    use.lock();
    try {
      if (closed) {
        throw new IllegalStateException("network namespace " + path + " is closed");
      }
      return operation.with(descriptor);
    } finally {
      use.unlock();
    }
  }

  /** Runs work on a platform thread that is inside this namespace meanwhile. */
  <T> T inside(Callable<T> work) {
    return NamespaceThreads.run(this::enter, work);
  }

  /** Moves the calling thread, which must be one of {@link NamespaceThreads}, into here. */
  private void enter() {
    int entered = withDescriptor(open -> Libc.setns(open, Libc.CLONE_NEWNET));
    if (entered < 0) {
      throw KernelException.because("cannot enter network namespace " + path, -entered);
    }
  }

  @Override
  public void close() {
    Lock exclusive = lock.writeLock();
    exclusive.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      Libc.close(descriptor);
    } finally {
      exclusive.unlock();
    }
    route.close();
    netfilter.close();
  }

  @Override
  public String toString() {
    return path;
  }
}

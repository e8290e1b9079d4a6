package dev.weft.kernel;

import dev.weft.kernel.libc.Libc;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A platform thread that may be moved: {@link NetworkNamespace#inside} enters namespaces on it
 * instead of handing work over to another thread, and it can work where another process sees files
 * from (see {@link CallingProcess}).
 *
 * <p>Must be started by a thread that never moves, in whose namespaces it is born; and must not
 * start threads itself, which would be born and stay where it happens to be.
 */
public final class RoamingThread extends Thread {
  private static final int HOME_NETWORK = home("/proc/self/ns/net");
  private static final int HOME_MOUNTS = home("/proc/self/ns/mnt");
  private static final int HOME_DIRECTORY = home("/");

  private final Optional<Executor> home;
  private final Runnable work;

  /** How the namespace is entered that this thread is in; at home nothing. */
  private @Nullable Runnable entered;

  /** A daemon thread that does this work and ends. */
  public RoamingThread(String name, Runnable work) {
    this(name, Optional.empty(), work);
  }

  /**
   * A daemon thread that does this work and ends.
   *
   * @param home runs what this thread need not wait for, on threads that never move
   */
  public RoamingThread(String name, Executor home, Runnable work) {
    this(name, Optional.of(home), work);
  }

  private RoamingThread(String name, Optional<Executor> home, Runnable work) {
    super(name);
    this.home = home;
    this.work = work;
    setDaemon(true);
  }

  /** Runs what this thread need not wait for, on threads that never move; if there is somebody. */
  public Optional<Executor> home() {
    return home;
  }

  @Override
  public void run() {
    // Threads share one root and one working directory, and can enter no mount namespace then.
    require("give a thread its own root", Libc.unshare(Libc.CLONE_FS));
    work.run();
  }

  /**
   * Works in a network namespace and comes back to where it was. For {@link
   * NetworkNamespace#inside}, on this thread.
   *
   * @param enter moves the calling thread into the namespace
   */
  public <T> T inside(Runnable enter, Callable<T> work) throws Exception {
    Runnable before = entered;
    enter.run();
    entered = enter;
    try {
      return work.call();
    } finally {
      entered = before;
      if (before == null) {
        require(
            "come back to the own network namespace", Libc.setns(HOME_NETWORK, Libc.CLONE_NEWNET));
      } else {
        before.run();
      }
    }
  }

  /**
   * Sets which permissions files do not get that the calling thread, which must be one of these,
   * makes from now on.
   *
   * @param mask as umask(2) has it
   */
  public static void maskFiles(int mask) {
    Libc.umask(mask);
  }

  /** Comes back from where another process sees files from. */
  static void goHome() {
    require("come back to the own mount namespace", Libc.setns(HOME_MOUNTS, Libc.CLONE_NEWNS));
    leaveDirectory();
  }

  /** Lets go of a working directory, which would keep a file system from being unmounted. */
  static void leaveDirectory() {
    require("come back to the root directory", Libc.fchdir(HOME_DIRECTORY));
  }

  private static int home(String path) {
    return require("open " + path, Libc.open(path, Libc.O_RDONLY | Libc.O_CLOEXEC));
  }

  private static int require(String what, int result) {
    if (result < 0) {
      throw KernelException.because("cannot " + what, -result);
    }
    return result;
  }
}

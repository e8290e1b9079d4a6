package dev.weft.kernel;

import dev.weft.kernel.libc.Libc;
import dev.weft.kernel.libc.NativeMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.function.BiFunction;

/**
 * A process that had us called, seen through an open descriptor of its directory in {@code /proc}:
 * whatever number another process may get after its end, this is never taken for that one.
 *
 * <p>What cannot be seen any more because the process is gone fails with {@link Errno#ESRCH}.
 */
public final class CallingProcess {
  private static final FileId OUR_MOUNTS = FileId.of(Libc.AT_FDCWD, "/proc/self/ns/mnt");
  private static final FileId NO_FILE = new FileId(0, 0);
  private static final FileId OUR_USERS = usersOf(Libc.AT_FDCWD, "/proc/self/ns/user");
  private static final RootId OUR_ROOT = RootId.of(Libc.AT_FDCWD, "/");

  private final int directory;
  private final FileId users;
  private final FileId mounts;
  private final RootId root;
  private final FileId program;

  private CallingProcess(int directory) {
    this.directory = directory;
    this.users = usersOf(directory, "ns/user");
    this.mounts = FileId.of(directory, "ns/mnt");
    this.root = RootId.of(directory, "root");
    this.program = FileId.of(directory, "exe");
  }

  /**
   * Opens the directory of the process that a Unix socket is connected to. It is that process's
   * indeed: had it ended before, and another one been given its number, the socket had hung up.
   *
   * @param socket connected by that process, which has handed its end to nobody
   * @param pid its number by SO_PEERCRED (unix(7)); 0 if it is in a PID namespace out of sight
   * @return a descriptor for {@link #of}, the caller's to close
   * @throws KernelException if the process is gone or out of sight
   */
  public static int openPeer(int socket, int pid) {
    int directory = Libc.open("/proc/" + pid, Libc.O_RDONLY | Libc.O_CLOEXEC);
    if (directory < 0) {
      throw KernelException.because("cannot open the calling process", -directory);
    }
    if (hasHungUp(socket)) {
      Libc.close(directory);
      throw new KernelException(Errno.ESRCH, "the calling process has ended");
    }
    return directory;
  }

  private static boolean hasHungUp(int socket) {
    // struct pollfd: fd, events, revents
    ByteBuffer file = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder());
    file.putInt(socket).putShort((short) Libc.POLLRDHUP);
    try (NativeMemory memory = NativeMemory.allocate(file.capacity())) {
      memory.put(0, file.array(), file.capacity());
      return Libc.poll(memory, 1, 0) != 0;
    }
  }

  /**
   * The process of a directory.
   *
   * @param directory an open descriptor, which stays the caller's and is used until the last call
   * @throws KernelException if it is of something else, or the process is gone
   */
  public static CallingProcess of(int directory) {
    return new CallingProcess(directory);
  }

  /** Its user namespace; a kernel without them has one for all. */
  private static FileId usersOf(int directory, String path) {
    try {
      return FileId.of(directory, path);
    } catch (KernelException e) {
      if (e.errno() == Errno.ENOENT) {
        return NO_FILE;
      }
      throw e;
    }
  }

  /**
   * Opens its network namespace.
   *
   * @param opening makes a handle of a path, for messages, and a descriptor
   * @param path what the namespace is called in messages
   */
  public NetworkNamespace openNetwork(
      BiFunction<Path, Integer, NetworkNamespace> opening, Path path) {
    return openNetwork(opening, path, "ns/net");
  }

  /**
   * Whether a file is the program that the process runs.
   *
   * @param file as the calling thread sees files
   */
  public boolean runs(Path file) {
    try {
      return FileId.of(Libc.AT_FDCWD, file.toString()).equals(program);
    } catch (KernelException e) {
      return false; // out of reach: whoever starts it will say so
    }
  }

  /** Whether absolute paths mean to it what they mean to us. */
  public boolean seesOurFiles() {
    return mounts.equals(OUR_MOUNTS) && root.equals(OUR_ROOT);
  }

  /**
   * Has the calling thread, a {@link RoamingThread}, see files as the process does: its mounts, its
   * root and its working directory. Relative paths and links then mean to us what they mean to it.
   *
   * @return whether it succeeded; a process whose root is not that of its mount namespace cannot be
   *     followed, and one of another user namespace must not be, for it has other rights than we.
   *     If not, the thread is where it was
   */
  public boolean enterFiles() {
    if (!users.equals(OUR_USERS)) {
      return false;
    }
    boolean foreign = !mounts.equals(OUR_MOUNTS);
    if (!foreign && !root.equals(OUR_ROOT)) {
      return false;
    }
    int workingDirectory = Libc.openat(directory, "cwd", Libc.O_PATH | Libc.O_CLOEXEC);
    if (workingDirectory < 0) {
      return false;
    }
    try {
      if (foreign && !enterMounts()) {
        return false;
      }
      if (Libc.fchdir(workingDirectory) < 0) {
        leaveFiles();
        return false;
      }
      return true;
    } finally {
      Libc.close(workingDirectory);
    }
  }

  private boolean enterMounts() {
    int namespace = Libc.openat(directory, "ns/mnt", Libc.O_RDONLY | Libc.O_CLOEXEC);
    if (namespace < 0) {
      return false;
    }
    try {
      // The root must be this thread's alone, also if it has started a thread since it began.
      if (Libc.unshare(Libc.CLONE_FS) < 0 || Libc.setns(namespace, Libc.CLONE_NEWNS) < 0) {
        return false;
      }
    } finally {
      Libc.close(namespace);
    }
    if (RootId.of(Libc.AT_FDCWD, "/").equals(root)) {
      return true;
    }
    RoamingThread.goHome();
    return false;
  }

  /** Has the calling thread see files as it did before {@link #enterFiles}. */
  public void leaveFiles() {
    if (mounts.equals(OUR_MOUNTS)) {
      RoamingThread.leaveDirectory();
    } else {
      RoamingThread.goHome();
    }
  }

  /**
   * Opens the network namespace that one of its own descriptors is of.
   *
   * @param opening makes a handle of a path, for messages, and a descriptor
   * @param path what the namespace is called in messages
   */
  public NetworkNamespace openNetwork(
      BiFunction<Path, Integer, NetworkNamespace> opening, Path path, int descriptor) {
    return openNetwork(opening, path, "fd/" + descriptor);
  }

  private NetworkNamespace openNetwork(
      BiFunction<Path, Integer, NetworkNamespace> opening, Path path, String file) {
    int descriptor = open(file, Libc.O_RDONLY | Libc.O_NONBLOCK);
    try {
      return opening.apply(path, descriptor);
    } finally {
      Libc.close(descriptor);
    }
  }

  private int open(String file, int mode) {
    int descriptor = Libc.openat(directory, file, mode | Libc.O_CLOEXEC);
    if (descriptor < 0) {
      throw KernelException.because("cannot open " + file + " of the calling process", -descriptor);
    }
    return descriptor;
  }
}

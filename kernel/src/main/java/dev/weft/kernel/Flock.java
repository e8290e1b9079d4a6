package dev.weft.kernel;

import dev.weft.kernel.libc.Libc;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * An exclusive lock on a file, held until closed, that keeps out whoever asks for it by flock(2):
 * other programs and other threads of this process alike.
 *
 * <p>The locks of {@code java.nio.channels} are those of fcntl(2), which on Linux know nothing of
 * flock(2), and belong to the process rather than to who opened the file.
 */
public final class Flock implements AutoCloseable {
  private static final int OWNER_READS_AND_WRITES = 0600;

  /** Of opening a file that others create and remove. */
  private static final int ATTEMPTS = 100;

  private final int descriptor;
  private boolean closed;

  private Flock(int descriptor) {
    this.descriptor = descriptor;
  }

  /**
   * Waits until nobody else holds the lock and takes it. The file is created, mode 0600, if there
   * is none; its content does not matter. The kernel frees the lock when the process ends.
   *
   * @throws IOException if the file cannot be opened or created, or its file system has no locks
   */
  public static Flock exclusive(Path file) throws IOException {
    int descriptor = open(file);
    int locked = Libc.flock(descriptor, Libc.LOCK_EX);
    if (locked < 0) {
      Libc.close(descriptor);
      throw failure(file, -locked);
    }
    return new Flock(descriptor);
  }

  /**
   * Takes the lock if nobody else holds it; else nothing.
   *
   * @throws IOException as for {@link #exclusive}
   */
  public static Optional<Flock> tryExclusive(Path file) throws IOException {
    int descriptor = open(file);
    int locked = Libc.flock(descriptor, Libc.LOCK_EX | Libc.LOCK_NB);
    if (locked >= 0) {
      return Optional.of(new Flock(descriptor));
    }
    Libc.close(descriptor);
    if (locked == -Errno.EAGAIN.number()) {
      return Optional.empty();
    }
    throw failure(file, -locked);
  }

  /**
   * The number of a process that holds the lock of a file, as proc_locks(5) shows it; nothing if
   * nobody does, or nobody whom this process can see.
   *
   * @throws IOException if the file or the list of locks cannot be read
   */
  public static OptionalInt holder(Path file) throws IOException {
    if (!Files.exists(file)) {
      return OptionalInt.empty();
    }
    FileId id = FileId.of(Libc.AT_FDCWD, file.toString());
    // 1: FLOCK  ADVISORY  WRITE 708 00:1a:18537 0 EOF; who waits has "->" behind the first number
    String name = String.format("%02x:%02x:%d", id.device() >> 32, (int) id.device(), id.inode());
    for (String line : Files.readAllLines(Path.of("/proc/locks"))) {
      String[] fields = line.strip().split(" +", -1);
      if (fields.length > 5 && fields[1].equals("FLOCK") && fields[5].equals(name)) {
        return OptionalInt.of(Integer.parseInt(fields[4]));
      }
    }
    return OptionalInt.empty();
  }

  /**
   * Whether a name leads to the locked file: one that is removed while somebody waits for its lock
   * locks nobody out any more.
   */
  public synchronized boolean isOf(Path file) {
    try {
      return FileId.of(Libc.AT_FDCWD, file.toString()).equals(FileId.of(descriptor));
    } catch (KernelException e) {
      return false;
    }
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      Libc.close(descriptor);
    }
  }

  private static int open(Path file) throws IOException {
    int flags = Libc.O_RDONLY | Libc.O_NONBLOCK | Libc.O_CLOEXEC;
    int descriptor = Libc.open(file.toString(), flags);
    // Somebody else may create it before us, which is as good, and remove it again; or a dangling
    // link has the name, which is opened in vain however often.
    for (int i = 0; i < ATTEMPTS && descriptor == -Errno.ENOENT.number(); i++) {
      descriptor = Libc.create(file.toString(), flags, OWNER_READS_AND_WRITES);
      if (descriptor == -Errno.EEXIST.number()) {
        descriptor = Libc.open(file.toString(), flags);
      } else if (descriptor < 0) {
        break;
      }
    }
    if (descriptor < 0) {
      throw failure(file, -descriptor);
    }
    return descriptor;
  }

  private static FileSystemException failure(Path file, int errno) {
    String reason = "cannot be locked: " + Errno.text(errno);
    return errno == Errno.ENOENT.number()
        ? new NoSuchFileException(file.toString(), null, reason)
        : new FileSystemException(file.toString(), null, reason);
  }
}

package dev.weft.install;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Keeps two runs from changing one node at the same time; gone with the process that has it. */
final class InstallLock implements AutoCloseable {
  private final Path file;
  private final FileChannel channel;

  private InstallLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  static InstallLock take(Disk disk, Path state) throws IOException {
    disk.createDirectories(state);
    Path file = state.resolve("install.lock");
    while (true) {
      FileChannel channel = FileChannel.open(file, CREATE, WRITE);
      Object before = key(file);
      if (!isLocked(channel)) {
        channel.close();
        throw new InstallException(
            "another weft install or uninstall is at work here (it holds "
                + file
                + "); wait until it is done");
      }
      // An uninstall may have deleted the file between its opening and the lock.
      if (before != null && Objects.equals(before, key(file))) {
        return new InstallLock(file, channel);
      }
      channel.close();
    }
  }

  /** Deletes the file too, while nobody else can have the lock. */
  void remove(Disk disk) throws IOException {
    disk.delete(file);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private static @Nullable Object key(Path file) throws IOException {
    return Files.exists(file)
        ? Files.readAttributes(file, BasicFileAttributes.class).fileKey()
        : null;
  }
}

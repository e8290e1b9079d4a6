package dev.weft.pending;

import static java.nio.file.StandardOpenOption.WRITE;

import dev.weft.kernel.DurableFile;
import dev.weft.kernel.Flock;
import dev.weft.kernel.Unlink;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Records as files of one attachment each, which nobody but their owner may see: they hold the
 * environment of a runtime.
 *
 * <p>The lock of an attachment is that of its begun file (flock(2)), which the kernel frees when
 * its holder dies. It is written in place: a record that breaks off was not begun.
 */
final class DiskDeleteRecords implements DeleteRecords {
  private static final FileAttribute<?> PRIVATE_DIRECTORY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private static final byte[] NOTHING = {};

  private final Path begun;
  private final Path pending;

  /**
   * @param begun on a file system that is empty after a reboot
   * @param pending on a disk
   */
  DiskDeleteRecords(Path begun, Path pending) {
    this.begun = begun;
    this.pending = pending;
  }

  /** What an agent does before it serves its first call: from now on everybody keeps records. */
  void use() throws IOException {
    Files.createDirectories(begun, PRIVATE_DIRECTORY);
  }

  @Override
  public boolean inUse() {
    if (Files.isDirectory(begun)) {
      return true;
    }
    String[] names = new File(pending.toString()).list();
    return names != null && names.length > 0;
  }

  @Override
  public Optional<Held> tryHold(String name) throws IOException {
    Path file = begun.resolve(name);
    Optional<Flock> lock;
    try {
      lock = Flock.tryExclusive(file);
    } catch (NoSuchFileException e) {
      Files.createDirectories(begun, PRIVATE_DIRECTORY);
      lock = Flock.tryExclusive(file);
    }
    if (lock.isEmpty()) {
      return Optional.empty();
    }
    if (!lock.get().isOf(file)) {
      // Whoever had it removed it after we had opened it; another may have a new one already.
      lock.get().close();
      return Optional.empty();
    }
    return Optional.of(new HeldFile(name, lock.get()));
  }

  @Override
  public boolean isPending(String name) {
    return Files.exists(pending.resolve(name));
  }

  @Override
  public SortedMap<String, byte[]> all() throws IOException {
    SortedMap<String, byte[]> all = new TreeMap<>();
    collect(begun, all);
    collect(pending, all);
    return all;
  }

  private static void collect(Path directory, SortedMap<String, byte[]> all) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        if (AttachmentKey.isDigest(name)) {
          all.putIfAbsent(name, readIfThere(file));
        }
      }
    } catch (NoSuchFileException e) {
      // Nothing was ever written there.
    }
  }

  private static byte[] readIfThere(Path file) throws IOException {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return NOTHING;
    }
  }

  private static void writeAll(FileChannel channel, byte[] content) throws IOException {
    ByteBuffer left = ByteBuffer.wrap(content);
    while (left.hasRemaining()) {
      channel.write(left);
    }
  }

  private final class HeldFile implements Held {
    private final Path begunFile;
    private final Path pendingFile;
    private final Flock lock;

    /** Whether the begun file holds a record that whoever comes next shall find. */
    private boolean leavesRecord;

    /** Whether the begun file is gone, and its name free for others. */
    private boolean removed;

    HeldFile(String name, Flock lock) {
      this.begunFile = begun.resolve(name);
      this.pendingFile = pending.resolve(name);
      this.lock = lock;
      this.leavesRecord = begunFile.toFile().length() > 0;
    }

    @Override
    public Optional<byte[]> owed() throws IOException {
      if (leavesRecord) {
        return Optional.of(Files.readAllBytes(begunFile));
      }
      return Files.exists(pendingFile)
          ? Optional.of(Files.readAllBytes(pendingFile))
          : Optional.empty();
    }

    @Override
    public void begin(byte[] record) throws IOException {
      leavesRecord = true;
      try (FileChannel channel = FileChannel.open(begunFile, WRITE)) {
        writeAll(channel, record);
      }
    }

    @Override
    public void keep(byte[] record) throws IOException {
      DurableFile.createDirectories(pending, PRIVATE_DIRECTORY);
      DurableFile.replace(pendingFile, record);
      leavesRecord = false;
    }

    @Override
    public void settle() throws IOException {
      Unlink.ifExists(pendingFile);
      Unlink.ifExists(begunFile);
      removed = true;
    }

    @Override
    public void setAside() throws IOException {
      if (leavesRecord) {
        try (FileChannel channel = FileChannel.open(begunFile, WRITE)) {
          channel.truncate(0);
        }
        leavesRecord = false;
      } else {
        Path aside = pendingFile.resolveSibling(pendingFile.getFileName() + ".damaged");
        Files.move(pendingFile, aside, StandardCopyOption.REPLACE_EXISTING);
      }
    }

    @Override
    public void close() {
      try {
        if (!leavesRecord && !removed) {
          Unlink.ifExists(begunFile);
        }
      } catch (IOException e) {
        // What stays says nothing: it is empty, or the same as the pending record.
      } finally {
        lock.close();
      }
    }
  }
}

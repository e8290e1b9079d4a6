package dev.weft.install;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/** The files themselves. Modes are set after creation, or the umask would take from them. */
final class LinuxDisk implements Disk {

  @Override
  public void createDirectories(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      return;
    }
    Path parent = directory.getParent();
    if (parent != null) {
      createDirectories(parent);
    }
    Files.createDirectory(directory);
    setMode(directory, "rwxr-xr-x");
    if (parent != null) {
      sync(parent);
    }
  }

  @Override
  public void create(Path file, byte[] content, boolean executable) throws IOException {
    try (FileChannel channel = FileChannel.open(file, CREATE_NEW, WRITE)) {
      setMode(file, executable ? "rwxr-xr-x" : "rw-r--r--");
      naming(
          file,
          () -> {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
              channel.write(rest);
            }
            channel.force(true);
          });
    }
  }

  @Override
  public void copy(Path source, Path file) throws IOException {
    PosixFileAttributes attributes = Files.readAttributes(source, PosixFileAttributes.class);
    try (FileChannel from = FileChannel.open(source, READ);
        FileChannel to = FileChannel.open(file, CREATE_NEW, WRITE)) {
      naming(
          file,
          () -> {
            long size = from.size();
            long at = 0;
            while (at < size) {
              at += from.transferTo(at, size - at, to);
            }
          });
    }
    Files.setPosixFilePermissions(file, Tree.installedMode(attributes.permissions()));
    Files.setLastModifiedTime(file, attributes.lastModifiedTime());
  }

  @Override
  public void sync(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, READ)) {
      naming(path, () -> channel.force(true));
    }
  }

  @Override
  public void link(Path file, Path name) throws IOException {
    Files.createLink(name, file);
  }

  @Override
  public void symlink(Path name, Path target) throws IOException {
    Files.createSymbolicLink(name, target);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void delete(Path path) throws IOException {
    if (Files.exists(path, NOFOLLOW_LINKS)) {
      Files.deleteIfExists(path);
    }
  }

  private static void setMode(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  /** Channels do not name their file when they fail. */
  private static void naming(Path file, Step step) throws IOException {
    try {
      step.run();
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException e) {
      FileSystemException named = new FileSystemException(file.toString(), null, e.getMessage());
      named.initCause(e);
      throw named;
    }
  }

  /** A step on an open channel. */
  private interface Step {
    void run() throws IOException;
  }
}

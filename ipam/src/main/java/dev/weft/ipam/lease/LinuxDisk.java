package dev.weft.ipam.lease;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.weft.kernel.DurableFile;
import dev.weft.kernel.Unlink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/** The files themselves. */
final class LinuxDisk implements Disk {
  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(
          EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));

  private static final FileAttribute<?> EVERYBODY_READS =
      PosixFilePermissions.asFileAttribute(
          EnumSet.of(
              PosixFilePermission.OWNER_READ,
              PosixFilePermission.OWNER_WRITE,
              PosixFilePermission.OWNER_EXECUTE,
              PosixFilePermission.GROUP_READ,
              PosixFilePermission.GROUP_EXECUTE,
              PosixFilePermission.OTHERS_READ,
              PosixFilePermission.OTHERS_EXECUTE));

  @Override
  public void createDirectories(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(directory, EVERYBODY_READS);
    }
  }

  @Override
  public void create(Path file, byte[] content) throws IOException {
    FileChannel channel = open(file, Set.of(CREATE_NEW, WRITE));
    try (channel) {
      write(channel, ByteBuffer.wrap(content), 0);
    } catch (IOException e) {
      Files.deleteIfExists(file);
      throw e;
    }
  }

  @Override
  public void link(Path file, Path name) throws IOException {
    Files.createLink(name, file);
  }

  @Override
  public void delete(Path file) throws IOException {
    Unlink.ifExists(file);
  }

  /**
   * A file that is emptied first is sent to the disk when it is closed (ext4), which takes long.
   */
  @Override
  public void overwrite(Path file, byte[] content) throws IOException {
    try (FileChannel channel = open(file, Set.of(CREATE, WRITE, LinkOption.NOFOLLOW_LINKS))) {
      write(channel, ByteBuffer.wrap(content), 0);
      channel.truncate(content.length);
    }
  }

  @Override
  public void replaceDurably(Path file, byte[] content) throws IOException {
    DurableFile.replace(file, content);
  }

  @Override
  public void write(FileChannel channel, ByteBuffer content, long position) throws IOException {
    long at = position;
    while (content.hasRemaining()) {
      at += channel.write(content, at);
    }
  }

  @Override
  public void setModified(Path file, FileTime time) throws IOException {
    Files.setLastModifiedTime(file, time);
  }

  private static FileChannel open(Path file, Set<OpenOption> options) throws IOException {
    return FileChannel.open(file, options, OWNER_ONLY);
  }
}

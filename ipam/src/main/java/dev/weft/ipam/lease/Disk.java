package dev.weft.ipam.lease;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;

/** Every step by which files are changed, one method each: a crash may come after any of them. */
interface Disk {

  /** Creates a directory, mode 0755, and those above it; nothing happens if it stands. */
  void createDirectories(Path directory) throws IOException;

  /**
   * Creates a file, mode 0600, with its content. A failure leaves no file.
   *
   * @throws java.nio.file.FileAlreadyExistsException if something has the name
   */
  void create(Path file, byte[] content) throws IOException;

  /**
   * Gives a file a second name.
   *
   * @throws java.nio.file.FileAlreadyExistsException if something has that name
   */
  void link(Path file, Path name) throws IOException;

  /** Deletes a file; nothing happens if there is none. */
  void delete(Path file) throws IOException;

  /** Gives a file, mode 0600, new content in place. */
  void overwrite(Path file, byte[] content) throws IOException;

  /** Gives a file new content all at once, and lets it reach the disk itself. */
  void replaceDurably(Path file, byte[] content) throws IOException;

  void write(FileChannel channel, ByteBuffer content, long position) throws IOException;

  void setModified(Path file, FileTime time) throws IOException;
}

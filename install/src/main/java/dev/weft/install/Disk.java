package dev.weft.install;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Every step by which files are changed, one method each: a process may be killed in any of them.
 *
 * <p>Errors are {@link java.nio.file.FileSystemException} and name the file.
 */
interface Disk {

  /** Creates a directory, mode 0755, and those above it, durably; one that stands is left as is. */
  void createDirectories(Path directory) throws IOException;

  /**
   * Creates a file whose content is on the disk itself when this returns.
   *
   * @param executable mode 0755 rather than 0644
   */
  void create(Path file, byte[] content, boolean executable) throws IOException;

  /**
   * Copies a file with its mode and time, but not its owner, and takes away what others than the
   * owner could write it by. Its content is not yet on the disk.
   */
  void copy(Path source, Path file) throws IOException;

  /** Lets a file's content, or a directory's names, reach the disk itself. */
  void sync(Path path) throws IOException;

  /** Gives a file, or a symbolic link, a second name. */
  void link(Path file, Path name) throws IOException;

  void symlink(Path name, Path target) throws IOException;

  /** Gives a file another name, in one step with taking that name from what had it. */
  void rename(Path from, Path to) throws IOException;

  /** Deletes a file or an empty directory; nothing happens if there is none. */
  void delete(Path path) throws IOException;
}

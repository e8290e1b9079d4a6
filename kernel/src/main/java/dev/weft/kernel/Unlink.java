package dev.weft.kernel;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Deletes files with one system call each. {@link Files#deleteIfExists} looks at the file first,
 * and throws and catches an exception if there is none: that counts where a pod waits for it.
 */
public final class Unlink {
  private Unlink() {}

  /**
   * Deletes a file; nothing happens if there is none.
   *
   * @throws IOException if it cannot be deleted, and says why
   */
  public static void ifExists(Path path) throws IOException {
    File file = path.toFile();
    if (!file.delete() && file.exists()) {
      Files.deleteIfExists(path);
    }
  }
}

package dev.weft.kernel.linux;

import dev.weft.kernel.KernelException;
import dev.weft.kernel.libc.Libc;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** What the kernel shows as a file: its length is not known before it is read. */
final class ProcFile {
  private static final int BUFFER = 4096;

  private ProcFile() {}

  /**
   * All that is left to read of an open file, without the end of its last line.
   *
   * @param failure the beginning of a sentence, if it cannot be read
   */
  static String text(int descriptor, String failure) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    byte[] buffer = new byte[BUFFER];
    int count;
    while ((count = Libc.read(descriptor, buffer)) > 0) {
      content.write(buffer, 0, count);
    }
    if (count < 0) {
      throw KernelException.because(failure, -count);
    }
    String text = content.toString(StandardCharsets.UTF_8);
    return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
  }
}

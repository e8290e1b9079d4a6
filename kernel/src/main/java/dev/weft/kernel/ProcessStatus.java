package dev.weft.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a process has of the machine now: {@code /proc/PID/status}, proc_pid_status(5).
 *
 * @param residentBytes its memory that is not swapped out (VmRSS); 0 for a process of the kernel
 */
public record ProcessStatus(long residentBytes, int threads) {

  /**
   * Looks at a process.
   *
   * @throws KernelException {@link Errno#ESRCH} if there is none of this number
   */
  public static ProcessStatus of(int pid) {
    return at(Path.of("/proc", Integer.toString(pid)));
  }

  /** Looks at this process. Asked by a thread that sees this process's own files. */
  public static ProcessStatus ofThisProcess() {
    return at(Path.of("/proc/self"));
  }

  private static ProcessStatus at(Path process) {
    try {
      // The name of a program may be in any encoding.
      String text = Files.readString(process.resolve("status"), StandardCharsets.ISO_8859_1);
      return new ProcessStatus(number(text, "\nVmRSS:") << 10, (int) number(text, "\nThreads:"));
    } catch (IOException e) {
      throw KernelException.because(process + " cannot be read", Errno.ESRCH.number());
    }
  }

  /** The number on a line, in kB where it has a unit; 0 if there is no such line. */
  private static long number(String text, String key) {
    int start = text.indexOf(key);
    if (start < 0) {
      return 0;
    }
    int end = text.indexOf('\n', start + key.length());
    String value = text.substring(start + key.length(), end < 0 ? text.length() : end);
    return Long.parseLong(value.replace("kB", "").strip());
  }
}

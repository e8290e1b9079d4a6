package dev.weft.kernel;

import dev.weft.kernel.libc.Libc;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How long processors have worked for a process so far, in user space and in the kernel.
 *
 * @param own of all its threads, those that ended too; to the nanosecond
 * @param children of children that ended and were waited for, and of theirs; to 10 ms, rounded down
 */
public record CpuTime(Duration own, Duration children) {
  /** What the kernel counts in where it shows times in {@code /proc}: USER_HZ is 100. */
  private static final Duration TICK = Duration.ofMillis(10);

  /** By which the kernel knows the clock of who asks. */
  private static final int THIS_PROCESS = 0;

  // The fields behind a process's name in /proc/PID/stat, proc_pid_stat(5), counted from 0.
  private static final int CHILDREN_USER = 13;
  private static final int CHILDREN_SYSTEM = 14;

  /**
   * Reads the clocks of a process.
   *
   * @throws KernelException {@link Errno#ESRCH} if there is no process of this number
   */
  public static CpuTime of(int pid) {
    return of(pid, Path.of("/proc", Integer.toString(pid)));
  }

  /** Reads the clocks of this process. Asked by a thread that sees this process's own files. */
  public static CpuTime ofThisProcess() {
    return of(THIS_PROCESS, Path.of("/proc/self"));
  }

  private static CpuTime of(int pid, Path process) {
    byte[] time = new byte[16];
    // clock_getcpuclockid(3): the number, inverted, with "of a whole process, as scheduled" below
    int read = Libc.clockGetTime(~pid << 3 | 2, time);
    if (read < 0) {
      throw gone(process);
    }
    ByteBuffer fields = ByteBuffer.wrap(time).order(ByteOrder.nativeOrder());
    Duration own = Duration.ofSeconds(fields.getLong(0), fields.getLong(8));
    return new CpuTime(own, children(process));
  }

  /** The sum of both. */
  public Duration total() {
    return own.plus(children);
  }

  private static Duration children(Path process) {
    try {
      String text = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
      // The name stands in parentheses and may have any character itself.
      String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
      return TICK.multipliedBy(
          Long.parseLong(fields[CHILDREN_USER]) + Long.parseLong(fields[CHILDREN_SYSTEM]));
    } catch (IOException e) {
      throw gone(process);
    }
  }

  private static KernelException gone(Path process) {
    return KernelException.because(
        "the time of " + process + " cannot be read", Errno.ESRCH.number());
  }
}

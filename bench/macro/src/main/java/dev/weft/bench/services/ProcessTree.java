package dev.weft.bench.services;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a process and its children take: looked at every few milliseconds, so that a child that
 * lives shorter may be missed.
 */
final class ProcessTree implements AutoCloseable {
  private static final int EVERY_MILLIS = 3;
  private static final int TICKS_PER_SECOND = 100;

  private final Process process;
  private final Thread looking;
  private volatile long ownPeak;
  private volatile long childPeak;
  private volatile boolean closed;

  ProcessTree(Process process) {
    this.process = process;
    this.looking = Thread.ofPlatform().daemon().name("memory").start(this::look);
  }

  private void look() {
    while (!closed && process.isAlive()) {
      ownPeak = Math.max(ownPeak, peak(process.pid()));
      process.descendants().forEach(child -> childPeak = Math.max(childPeak, peak(child.pid())));
      try {
        Thread.sleep(EVERY_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** VmHWM, in bytes; 0 if it has gone. */
  private static long peak(long pid) {
    try {
      String status =
          Files.readString(
              Path.of("/proc", Long.toString(pid), "status"), StandardCharsets.ISO_8859_1);
      int start = status.indexOf("VmHWM:");
      return start < 0
          ? 0
          : Long.parseLong(
                  status
                      .substring(start + "VmHWM:".length(), status.indexOf('\n', start))
                      .replace("kB", "")
                      .strip())
              << 10;
    } catch (IOException e) {
      return 0;
    }
  }

  /** The most memory that it had, and the most that a child of it had, in bytes. */
  long peakBytes() {
    return ownPeak + childPeak;
  }

  /** CPU time of its own and of the children that ended, in seconds. */
  double cpuSeconds() throws IOException {
    String stat =
        Files.readString(
            Path.of("/proc", Long.toString(process.pid()), "stat"), StandardCharsets.ISO_8859_1);
    // Behind the name, which may hold blanks: utime, stime, cutime and cstime are 14 to 17 of all.
    String[] words = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    long ticks = 0;
    for (int i = 11; i <= 14; i++) {
      ticks += Long.parseLong(words[i]);
    }
    return (double) ticks / TICKS_PER_SECOND;
  }

  @Override
  public void close() {
    closed = true;
    looking.interrupt();
  }
}

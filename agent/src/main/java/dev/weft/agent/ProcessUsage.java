package dev.weft.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What this process has of the machine (proc(5)).
 *
 * @param heapLimitBytes to which the heap may grow
 * @param cpuNanos user and system time, without that of children
 */
record ProcessUsage(
    long residentBytes,
    long heapBytes,
    long heapLimitBytes,
    int descriptors,
    int threads,
    long cpuNanos) {
  private static final Path PROC = Path.of("/proc/self");

  /** Fields of {@code stat} behind the program's name, which may hold anything. */
  private static final int UTIME = 11;

  private static final int STIME = 12;

  /** USER_HZ, in which the kernel tells times to programs: 100 everywhere. */
  private static final long NANOS_PER_TICK = 10_000_000;

  /** Asked by a thread that sees this process's own files. */
  static ProcessUsage now() {
    try {
      String status = Files.readString(PROC.resolve("status"), StandardCharsets.ISO_8859_1);
      Runtime runtime = Runtime.getRuntime();
      return new ProcessUsage(
          number(status, "VmRSS:") << 10,
          runtime.totalMemory() - runtime.freeMemory(),
          runtime.maxMemory(),
          openDescriptors(),
          (int) number(status, "Threads:"),
          spentNanos(Files.readString(PROC.resolve("stat"), StandardCharsets.ISO_8859_1)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long number(String status, String key) {
    for (String line : status.split("\n", -1)) {
      if (line.startsWith(key)) {
        return Long.parseLong(line.substring(key.length()).replace("kB", "").strip());
      }
    }
    return 0;
  }

  private static int openDescriptors() {
    String[] names = PROC.resolve("fd").toFile().list();
    return names == null ? 0 : names.length - 1; // without the one by which we look
  }

  private static long spentNanos(String stat) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    long ticks = Long.parseLong(fields[UTIME]) + Long.parseLong(fields[STIME]);
    return ticks * NANOS_PER_TICK;
  }
}

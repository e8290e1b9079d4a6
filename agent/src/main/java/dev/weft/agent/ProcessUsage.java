package dev.weft.agent;

import dev.weft.kernel.CpuTime;
import dev.weft.kernel.ProcessStatus;
import java.io.File;

/**
 * What this process has of the machine.
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

  /** Asked by a thread that sees this process's own files. */
  static ProcessUsage now() {
    ProcessStatus status = ProcessStatus.ofThisProcess();
    Runtime runtime = Runtime.getRuntime();
    return new ProcessUsage(
        status.residentBytes(),
        runtime.totalMemory() - runtime.freeMemory(),
        runtime.maxMemory(),
        openDescriptors(),
        status.threads(),
        CpuTime.ofThisProcess().own().toNanos());
  }

  private static int openDescriptors() {
    String[] names = new File("/proc/self/fd").list();
    return names == null ? 0 : names.length - 1; // without the one by which we look
  }
}

package dev.weft.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a process holds of the machine.
 *
 * @param namespaces that its threads are in or that it has open, network's and mounts'
 * @param residentKilobytes of its memory
 * @param children that it has and that it has not waited for
 */
record ProcessHoldings(
    int descriptors, int threads, Set<String> namespaces, long residentKilobytes, long children) {

  static ProcessHoldings of(long pid) {
    Path process = Path.of("/proc", Long.toString(pid));
    Set<String> namespaces = new TreeSet<>();
    int descriptors = 0;
    int threads = 0;
    try {
      try (DirectoryStream<Path> links = Files.newDirectoryStream(process.resolve("fd"))) {
        for (Path link : links) {
          descriptors++;
          addNamespace(link, namespaces);
        }
      }
      try (DirectoryStream<Path> tasks = Files.newDirectoryStream(process.resolve("task"))) {
        for (Path task : tasks) {
          threads++;
          addNamespace(task.resolve("ns/net"), namespaces);
          addNamespace(task.resolve("ns/mnt"), namespaces);
        }
      }
      return new ProcessHoldings(
          descriptors, threads, namespaces, resident(process), children(pid));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void addNamespace(Path link, Set<String> namespaces) {
    try {
      String target = Files.readSymbolicLink(link).toString();
      if (target.startsWith("net:") || target.startsWith("mnt:")) {
        namespaces.add(target);
      }
    } catch (IOException e) {
      // It was closed, or the thread has ended, meanwhile.
    }
  }

  private static long resident(Path process) throws IOException {
    for (String line : Files.readAllLines(process.resolve("status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException(process + " has ended");
  }

  private static long children(long pid) {
    return ProcessHandle.of(pid).map(process -> process.children().count()).orElse(0L);
  }

  /** Whether it is no more than another, memory aside. */
  boolean within(ProcessHoldings other) {
    return descriptors <= other.descriptors
        && threads <= other.threads
        && namespaces.size() <= other.namespaces.size()
        && children <= other.children;
  }
}

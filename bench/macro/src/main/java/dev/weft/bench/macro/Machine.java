package dev.weft.bench.macro;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where it was measured.
 *
 * @param kernel its release
 * @param architecture as Java calls it
 * @param cpus that this process may use
 * @param cpuModel or the empty text
 * @param load how many processes wanted to run, in the minute before
 */
public record Machine(String kernel, String architecture, int cpus, String cpuModel, double load) {
  public static Machine here() throws IOException {
    return new Machine(
        Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip(),
        System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors(),
        modelOfFirst(),
        Double.parseDouble(Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0]));
  }

  private static String modelOfFirst() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
      if (line.startsWith("model name")) {
        return line.substring(line.indexOf(':') + 1).strip();
      }
    }
    return "";
  }
}

package dev.weft.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/**
 * Namespaces of the kernel that runs here. Each is held by a child that ends with its standard
 * input, so that none outlives the test, also if it is killed.
 */
final class LinuxNamespaces implements Namespaces {
  private final Kernel kernel = new LinuxKernel();
  private final Map<String, Process> keepers = new HashMap<>();

  /** Skips the test, and says why, where no namespaces may be made. */
  LinuxNamespaces() {
    try {
      Assumptions.assumeTrue(
          Files.getOwner(Path.of("/proc/self")).getName().equals("root"),
          "needs root to make network namespaces");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public NetworkNamespace open(String name) {
    Process keeper = keepers.computeIfAbsent(name, _ -> keeper());
    return kernel.open(Path.of("/proc/" + keeper.pid() + "/ns/net"));
  }

  private static Process keeper() {
    try {
      Process keeper = new ProcessBuilder("unshare", "--net", "sh", "-c", "echo; exec cat").start();
      Assumptions.assumeTrue(
          keeper.getInputStream().read() == '\n', "unshare(1) can make no network namespace here");
      return keeper;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void remove(String name) {
    Process keeper = keepers.remove(name);
    if (keeper != null) {
      keeper.destroy();
      keeper.onExit().join();
    }
  }

  @Override
  public void close() {
    List.copyOf(keepers.keySet()).forEach(this::remove);
  }

  /** What a program prints that is started inside a namespace, and that must succeed. */
  static String run(NetworkNamespace namespace, String... command) {
    return namespace.inside(
        () -> {
          Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
          process.getOutputStream().close();
          String output =
              new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
          if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output);
          }
          return output;
        });
  }
}

package dev.weft.kernel;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.kernel.linux.LinuxKernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Namespaces of the kernel that runs here. Each is held by a child that ends with its standard
 * input, so that none outlives the test, also if it is killed.
 */
final class LinuxNamespaces implements Namespaces {
  private static final LinuxKernel KERNEL = new LinuxKernel();

  private final Map<String, Process> holders = new HashMap<>();
  private final List<NetworkNamespace> handles = new ArrayList<>();

  /** Aborts the test, saying why, where no namespace can be made. */
  LinuxNamespaces() {
    try {
      assumeTrue(
          Files.getOwner(Path.of("/proc/self")).getName().equals("root"),
          "needs root to make network namespaces");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public NetworkNamespace open(String name) {
    Process holder = holders.computeIfAbsent(name, _ -> start());
    NetworkNamespace handle = KERNEL.open(Path.of("/proc/" + holder.pid() + "/ns/net"));
    handles.add(handle);
    return handle;
  }

  private static Process start() {
    try {
      Process holder = new ProcessBuilder("unshare", "--net", "sh", "-c", "echo; exec cat").start();
      boolean made = holder.getInputStream().read() == '\n';
      assumeTrue(made, () -> "cannot make a network namespace: " + complaint(holder));
      return holder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String complaint(Process process) {
    try {
      return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean hasVlanFiltering() {
    try (NetworkNamespace trial = open("trial")) {
      trial.create(new NewLink.Bridge("trial", Optional.empty(), OptionalInt.empty(), 0, true));
      return true;
    } catch (KernelException e) {
      if (e.errno() == Errno.EOPNOTSUPP) {
        return false;
      }
      throw e;
    } finally {
      remove("trial");
    }
  }

  @Override
  public void remove(String name) {
    Process holder = holders.remove(name);
    if (holder != null) {
      holder.destroy();
      holder.onExit().join();
    }
  }

  @Override
  public void close() {
    handles.forEach(NetworkNamespace::close);
    Set.copyOf(holders.keySet()).forEach(this::remove);
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

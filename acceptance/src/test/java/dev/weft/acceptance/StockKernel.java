package dev.weft.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * A virtual machine with Debian's kernel and all of its modules, for what the kernel that runs the
 * tests may lack (see {@code lab/stock-kernel}). It has this machine's files, Java and the
 * executables under test among them, and writes to none but those under {@link #shared}. A start
 * takes 5 s, and Java there ten times as long as here: put many cases into one. It goes when it is
 * closed, or when this JVM dies.
 */
final class StockKernel implements AutoCloseable {
  private static final Path SCRIPT =
      Path.of(System.getProperty("weft.lab")).resolve("stock-kernel");

  /** Where {@code build/prepare} unpacks it. */
  private static final Path KERNEL = Path.of("/var/cache/weft/stock-kernel");

  /** How long a start may take on a machine that has much else to do. */
  private static final Duration START_LIMIT = Duration.ofSeconds(90);

  private static final Duration RUN_LIMIT = Duration.ofMinutes(4);

  private static final int CONSOLE_LINES = 80;

  private static final AtomicInteger COUNTER = new AtomicInteger();

  private final Path directory;
  private final Process process;
  private int runs;

  private StockKernel(Path directory, List<String> command) {
    this.directory = directory;
    this.process =
        Command.startBound(
            Command.builder(command, Map.of())
                .redirectErrorStream(true)
                .redirectOutput(consoleFile().toFile()));
  }

  /** Boots a machine without a network; the test is skipped where that is not possible. */
  static StockKernel boot() {
    return boot(List.of(), List.of());
  }

  /**
   * Boots a machine whose {@code eth0} is one end of a link; the test is skipped where that is not
   * possible.
   *
   * @param node in whose network the other end is. Both ends are down and have no address.
   * @param link the name of the other end. It may become the port of a bridge, with the link of
   *     another machine beside, or be moved to a pod.
   */
  static StockKernel boot(Node node, String link) {
    String address = "52:54:00:00:00:%02x".formatted(COUNTER.incrementAndGet());
    return boot(List.of("nsenter", node.networkOption()), List.of(link, address));
  }

  private static StockKernel boot(List<String> starter, List<String> link) {
    assumeTrue("root".equals(System.getProperty("user.name")), "skipped: needs root for a VM");
    assumeTrue(
        "amd64".equals(System.getProperty("os.arch")),
        "skipped: needs a machine of amd64 for a VM");
    Command.assumeInstalled("qemu-system-x86_64");
    Command.assumeInstalled("busybox");
    assumeTrue(
        Files.exists(KERNEL),
        () -> "skipped: needs a kernel in " + KERNEL + " (build/prepare linux-image-amd64)");
    try {
      // A path that QEMU's options and the kernel's command line can hold: no comma, no space.
      Path directory = Files.createTempDirectory(Path.of("/tmp"), "stock-kernel");
      List<String> command = new ArrayList<>(starter);
      command.addAll(
          List.of(
              SCRIPT.toString(),
              KERNEL.toString(),
              Files.createDirectory(directory.resolve("shared")).toString()));
      command.addAll(link);
      StockKernel machine = new StockKernel(directory, command);
      try {
        machine.await(machine.shared().resolve("ready"), START_LIMIT, "the start");
        return machine;
      } catch (RuntimeException | Error e) {
        machine.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A directory that it and this machine have in common, under this path on both. */
  Path shared() {
    return directory.resolve("shared");
  }

  /** Runs a program there to its end, as root. */
  Command.Outcome run(String... command) {
    return script(
        List.of(command).stream()
            .map(word -> "'" + word.replace("'", "'\\''") + "'")
            .collect(Collectors.joining(" ")));
  }

  /** Runs commands for bash there, as root, until the last has ended. */
  Command.Outcome script(String commands) {
    String number = Integer.toString(++runs);
    try {
      Path run = Files.createDirectory(shared().resolve(number));
      Files.writeString(run.resolve("command"), commands + "\n");
      process.getOutputStream().write((number + "\n").getBytes(UTF_8));
      process.getOutputStream().flush();
      await(run.resolve("status"), RUN_LIMIT, commands);
      return new Command.Outcome(
          Integer.parseInt(Files.readString(run.resolve("status")).strip()),
          Files.readString(run.resolve("stdout")),
          Files.readString(run.resolve("stderr")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The last lines of what the kernel has said. */
  String console() {
    try {
      List<String> lines = new String(Files.readAllBytes(consoleFile()), UTF_8).lines().toList();
      return String.join(
          "\n", lines.subList(Math.max(0, lines.size() - CONSOLE_LINES), lines.size()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path consoleFile() {
    return directory.resolve("console");
  }

  private void await(Path file, Duration limit, String what) {
    Await.until(
        limit,
        () -> Files.exists(file) || !process.isAlive(),
        () -> "not done after " + limit + ": " + what + "\nthe console:\n" + console());
    if (!Files.exists(file)) {
      throw new AssertionError(
          "the machine ended before this had: " + what + "\nthe console:\n" + console());
    }
  }

  @Override
  public void close() {
    // There is nothing in it that an orderly end would save.
    process.destroyForcibly();
    try {
      process.waitFor(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Command.run("rm", "-rf", directory.toString()).succeeded();
  }
}

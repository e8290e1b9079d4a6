package dev.weft.bench.macro;

import dev.weft.agent.Agent;
import dev.weft.kernel.CpuTime;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.ProcessStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The agent that serves the calls of a side, if any does. */
final class AgentProcess implements AutoCloseable {
  private static final Duration READY_WITHIN = Duration.ofMinutes(2);
  private static final int DRAINED_WITHIN_SECONDS = 40;
  private static final Duration ORPHANS_END_WITHIN = Duration.ofSeconds(20);

  /** In bytes: the path of a socket has 107, and an agent has one in a directory below its own. */
  private static final int LONGEST_DIRECTORY = 80;

  private static final int LOOK_AGAIN_MILLIS = 2;

  /** A signal to a terminal's group of processes reaches an agent maybe before us. */
  private static final int SIGNALLED_WITHIN_MILLIS = 100;

  private static final Path PROC = Path.of("/proc");

  private final String socket;
  private final OptionalInt pid;
  private final @Nullable Process own;
  private final Optional<Duration> readyAfter;

  private AgentProcess(
      String socket, OptionalInt pid, @Nullable Process own, Optional<Duration> readyAfter) {
    this.socket = socket;
    this.pid = pid;
    this.own = own;
    this.readyAfter = readyAfter;
  }

  /** Calls go without. */
  static AgentProcess none() {
    return new AgentProcess("", OptionalInt.empty(), null, Optional.empty());
  }

  /** One that runs already, and goes on. */
  static AgentProcess running(Path socket) throws IOException {
    Path absolute = socket.toAbsolutePath();
    OptionalInt pid = Agent.processOf(absolute);
    if (pid.isEmpty() || !Files.exists(absolute)) {
      throw new BenchException(
          "no agent serves calls at "
              + socket
              + ": start one with 'weft agent --socket "
              + socket
              + "', or leave --agent out");
    }
    return new AgentProcess(absolute.toString(), pid, null, Optional.empty());
  }

  /**
   * Starts one and waits until it is ready.
   *
   * @param weft its executable
   * @param node where it is born
   * @param directory for what it says
   * @param runtime for its socket
   */
  static AgentProcess start(
      Path weft, Node node, Path directory, Path runtime, Interruption interruption)
      throws IOException, InterruptedException {
    if (runtime.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST_DIRECTORY) {
      throw new BenchException(
          runtime + " is too long a path for the agent's sockets: choose another --work-dir");
    }
    // The agent makes the socket's directory itself, and it has the name when it is ready.
    Path socket = runtime.resolve("agent").resolve("agent.sock");
    Path log = directory.resolve("agent.log");
    ProcessBuilder command =
        new ProcessBuilder(List.of(weft.toString(), "agent", "--socket", socket.toString()))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    // Whoever waits for this process to be ready as a service is not to hear it from that one.
    command.environment().clear();
    command.environment().putAll(Map.of("PATH", Node.PATH));
    long begun = System.nanoTime();
    Process process = node.inside(command::start);
    try {
      while (!Files.exists(socket)) {
        interruption.check();
        if (!process.isAlive() || System.nanoTime() - begun > READY_WITHIN.toNanos()) {
          Thread.sleep(SIGNALLED_WITHIN_MILLIS);
          interruption.check();
          throw new BenchException(
              (process.isAlive()
                      ? "the agent is not ready after " + READY_WITHIN.toSeconds() + " s"
                      : "the agent ended with exit code " + process.exitValue() + " as it started")
                  + Files.readString(log).lines().reduce("", (_, last) -> ": " + last));
        }
        Thread.sleep(LOOK_AGAIN_MILLIS);
      }
    } catch (IOException | InterruptedException | RuntimeException e) {
      end(process, socket);
      throw e;
    }
    return new AgentProcess(
        socket.toString(),
        OptionalInt.of((int) process.pid()),
        process,
        Optional.of(Duration.ofNanos(System.nanoTime() - begun)));
  }

  /** For WEFT_AGENT: its socket, or the empty text, by which a launcher asks none. */
  String socket() {
    return socket;
  }

  boolean exists() {
    return pid.isPresent();
  }

  /** How long it took to get ready, if it was started here. */
  Optional<Duration> readyAfter() {
    return readyAfter;
  }

  /** What it and its children have used so far. */
  Duration cpu() {
    return measure(number -> CpuTime.of(number).total(), Duration.ZERO);
  }

  /** How much memory it has now, in bytes; none if there is no agent. */
  long residentBytes() {
    return measure(number -> ProcessStatus.of(number).residentBytes(), 0L);
  }

  private <T> T measure(IntFunction<T> figure, T ofNone) {
    try {
      return pid.isPresent() ? figure.apply(pid.getAsInt()) : ofNone;
    } catch (KernelException e) {
      throw new BenchException("the agent ended while it was measured", e);
    }
  }

  @Override
  public void close() throws IOException {
    if (own != null) {
      end(own, Path.of(socket));
    }
  }

  /** Ends it, and waits for what it called to get warm, which goes on without it for a while. */
  private static void end(Process process, Path socket) throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(DRAINED_WITHIN_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
      long begun = System.nanoTime();
      while (hasCallers(socket) && System.nanoTime() - begun < ORPHANS_END_WITHIN.toNanos()) {
        Thread.sleep(LOOK_AGAIN_MILLIS);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /** Whether a process has an environment that names something beside the socket. */
  private static boolean hasCallers(Path socket) throws IOException {
    String directory = socket.resolveSibling("").toString();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        if (environment(process).contains(directory)) {
          return true;
        }
      }
    }
    return false;
  }

  private static String environment(Path process) {
    try {
      return new String(Files.readAllBytes(process.resolve("environ")), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return ""; // it has ended
    }
  }
}

package dev.weft.acceptance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * An agent of the executables under test, with its sockets in a directory of its own. It can be
 * killed and started again; it goes when it is closed, or when this JVM dies.
 */
final class AgentProcess implements AutoCloseable {
  /** How long a start or an end may take on a machine that has much else to do. */
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final List<String> starter;
  private final Path directory;
  private final List<String> options;
  private Process process;

  private AgentProcess(List<String> starter, Path directory, List<String> options) {
    this.starter = starter;
    this.directory = directory;
    this.options = options;
    this.process = startProcess();
  }

  /**
   * Starts an agent and waits until it is ready; without root, or with other executables than
   * Weft's, the test is skipped.
   *
   * @param options beside {@code --socket}
   */
  static AgentProcess start(String... options) {
    return readied(launch(options));
  }

  /** Starts an agent in the network of a node, as one that belongs to it, and waits likewise. */
  static AgentProcess startOn(Node node, String... options) {
    return readied(launch(List.of("nsenter", node.networkOption()), options));
  }

  private static AgentProcess readied(AgentProcess agent) {
    try {
      agent.awaitReady();
      return agent;
    } catch (RuntimeException | Error e) {
      agent.close();
      throw e;
    }
  }

  /** Starts an agent and does not wait until it is ready. */
  static AgentProcess launch(String... options) {
    return launch(List.of(), options);
  }

  private static AgentProcess launch(List<String> starter, String... options) {
    assumeTrue("root".equals(System.getProperty("user.name")), "skipped: needs root for an agent");
    assumeTrue(
        Files.isExecutable(Executables.plugin("weft")),
        "skipped: the executables under test have no agent");
    try {
      return new AgentProcess(starter, Files.createTempDirectory("agent"), List.of(options));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What launchers find this agent by, in WEFT_AGENT. */
  Path socket() {
    return directory.resolve("agent.sock");
  }

  /** Where it keeps what lasts, as WEFT_STATE_DIR says. */
  Path stateDirectory() {
    return directory.resolve("state");
  }

  /** Where its sockets are. */
  Path directory() {
    return directory;
  }

  /** Of the process that runs now, or ran last. */
  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Whether it serves calls: its socket takes its place only when it is warm, and that of one that
   * was killed leads nowhere.
   */
  boolean isReady() {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return channel.connect(UnixDomainSocketAddress.of(socket()));
    } catch (IOException e) {
      return false;
    }
  }

  /** All that it printed since this object was made. */
  String log() {
    try {
      return Files.readString(logFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What {@code weft agent status} tells of it. */
  JsonNode status() {
    return PluginCall.json(
        Command.run(
                Executables.plugin("weft").toString(),
                "agent",
                "status",
                "--output=json",
                "--socket=" + socket())
            .succeeded()
            .stdout());
  }

  /** What it has open: where each of its descriptors leads. */
  List<String> descriptors() {
    return Command.run("find", "/proc/" + pid() + "/fd", "-type", "l", "-printf", "%l\n")
        .stdout()
        .lines()
        .toList();
  }

  void awaitReady() {
    Await.until(
        LIMIT,
        () -> isReady() || !process.isAlive(),
        () -> "the agent is not ready after " + LIMIT + ": " + log());
    if (!process.isAlive()) {
      throw new AssertionError("the agent ended with " + process.exitValue() + ": " + log());
    }
  }

  /** Sends a signal, such as {@code STOP}. */
  void signal(String name) {
    Command.run("kill", "-" + name, Long.toString(pid())).succeeded();
  }

  /** {@code kill -9}; waits until it is dead. What it had in its directory stays there. */
  void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /** Asks it to end, as a service manager does, and waits; its exit code. */
  int terminate() {
    process.destroy();
    return awaitEnd();
  }

  /** Waits until it has ended; its exit code. */
  int awaitEnd() {
    try {
      if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("the agent still runs after " + LIMIT + ": " + log());
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Starts it again in its old directory after it has ended, and waits until it is ready. */
  void restart() {
    relaunch();
    awaitReady();
  }

  /** Starts it again in its old directory after it has ended, and does not wait. */
  void relaunch() {
    if (process.isAlive()) {
      throw new IllegalStateException("the agent still runs");
    }
    process = startProcess();
  }

  private Process startProcess() {
    List<String> command = new ArrayList<>(starter);
    command.addAll(
        List.of(Executables.plugin("weft").toString(), "agent", "--socket", socket().toString()));
    command.addAll(options);
    try {
      Process started =
          Command.startBound(
              Command.builder(command, Map.of("WEFT_STATE_DIR", stateDirectory().toString()))
                  .redirectErrorStream(true)
                  .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile().toFile())));
      started.getOutputStream().close();
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path logFile() {
    return directory.resolve("agent.log");
  }

  @Override
  public void close() {
    kill();
    // Callers of its warm-up may have outlived it by a moment, and write there.
    Await.until(
        LIMIT,
        () -> Command.run("rm", "-rf", directory.toString()).exitCode() == 0,
        () -> directory + " cannot be removed");
  }
}

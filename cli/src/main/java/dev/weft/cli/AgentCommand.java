package dev.weft.cli;

import dev.weft.agent.Agent;
import dev.weft.agent.AgentLog;
import dev.weft.agent.AgentSettings;
import dev.weft.agent.LogLevel;
import dev.weft.agent.MetricsAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code weft agent}: the resident process, in the foreground. */
@Command(
    name = "agent",
    subcommands = AgentStatusCommand.class,
    description = "Serves the calls of plugins from one warm process, until SIGTERM.")
final class AgentCommand extends Subcommand implements Callable<Integer> {
  @Option(
      names = "--socket",
      paramLabel = "PATH",
      description = "Where the plugins find it (default: ${DEFAULT-VALUE}).")
  private Path socket = AgentSettings.DEFAULT_SOCKET;

  @Option(
      names = "--metrics",
      paramLabel = "ADDRESS:PORT|PATH",
      converter = MetricsAddressConverter.class,
      description = "Tells Prometheus at a loopback port or a Unix socket (default: nowhere).")
  private Optional<MetricsAddress> metrics = Optional.empty();

  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      description = "error, warning, info or debug (default: info).")
  private LogLevel logLevel = LogLevel.INFO;

  @Override
  public Integer call() throws InterruptedException {
    AgentLog.begin(logLevel, System.err);
    Path launcher = Path.of(System.getProperty("weft.launcher"));
    Agent agent;
    try {
      agent =
          Agent.start(
              new AgentSettings(socket.toAbsolutePath(), launcher, System.getenv(), metrics));
    } catch (IOException e) {
      err().println("weft: the agent cannot start: " + e.getMessage());
      return 1;
    }
    Runtime.getRuntime().addShutdownHook(new Thread(() -> drain(agent), "drain"));
    new CountDownLatch(1).await();
    return 0;
  }

  private static void drain(Agent agent) {
    try {
      agent.drain();
      Runtime.getRuntime().halt(0);
    } catch (IOException | InterruptedException e) {
      Logger.getLogger(AgentCommand.class.getName())
          .log(Level.SEVERE, "the agent ended before it was done", e);
      Runtime.getRuntime().halt(1);
    }
  }

  /** Made by picocli. */
  static final class MetricsAddressConverter implements ITypeConverter<MetricsAddress> {
    @Override
    public MetricsAddress convert(String text) {
      try {
        return MetricsAddress.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }
}

package dev.weft.cli;

import dev.weft.agent.Agent;
import dev.weft.agent.AgentSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weft agent}: the resident process, in the foreground. */
@Command(
    name = "agent",
    mixinStandardHelpOptions = true,
    description = "Serves the calls of plugins from one warm process, until SIGTERM.")
final class AgentCommand implements Callable<Integer> {
  @Option(
      names = "--socket",
      paramLabel = "PATH",
      description = "Where the plugins find it (default: ${DEFAULT-VALUE}).")
  private Path socket = AgentSettings.DEFAULT_SOCKET;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path launcher = Path.of(System.getProperty("weft.launcher"));
    Agent agent =
        Agent.start(new AgentSettings(socket.toAbsolutePath(), launcher, System.getenv()));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> drain(agent), "drain"));
    new CountDownLatch(1).await();
    return 0;
  }

  private static void drain(Agent agent) {
    try {
      agent.drain();
      Runtime.getRuntime().halt(0);
    } catch (IOException | InterruptedException e) {
      System.err.println("weft: the agent ended before it was done: " + e.getMessage());
      Runtime.getRuntime().halt(1);
    }
  }
}

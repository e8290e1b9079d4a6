package dev.weft.cli;

import dev.weft.agent.AgentSettings;
import dev.weft.agent.StatusClient;
import dev.weft.cni.Json;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code weft agent status}: asks the running agent. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Tells how the agent is; succeeds only if it serves calls.")
final class AgentStatusCommand implements Callable<Integer> {
  /** How it is told. */
  enum Format {
    TEXT,
    JSON
  }

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "text or json (default: text).")
  private Format format = Format.TEXT;

  @Option(
      names = "--socket",
      paramLabel = "PATH",
      description = "Where the plugins find the agent (default: ${DEFAULT-VALUE}).")
  private Path socket = AgentSettings.DEFAULT_SOCKET;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    return switch (new StatusClient(socket).ask()) {
      case StatusClient.Answer.None(String sentence) -> {
        err.println("weft: " + sentence);
        yield 1;
      }
      case StatusClient.Answer.Status(Json.Obj page) -> {
        StatusText text = new StatusText(page, Instant.now());
        spec.commandLine()
            .getOut()
            .print(format == Format.JSON ? IndentedJson.write(page) + "\n" : text.whole());
        spec.commandLine().getOut().flush();
        if (text.isReady()) {
          yield 0;
        }
        err.println("weft: the agent serves no calls: it is " + text.state());
        yield 1;
      }
    };
  }
}

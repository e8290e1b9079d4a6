package dev.weft.cli;

import dev.weft.agent.AgentSettings;
import dev.weft.agent.StatusClient;
import dev.weft.json.Json;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weft agent status}: asks the running agent. */
@Command(name = "status", description = "Tells how the agent is; succeeds only if it serves calls.")
final class AgentStatusCommand extends Subcommand implements Callable<Integer> {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORM",
      description = "text for people, json for machines (default: ${DEFAULT-VALUE}).")
  private OutputForm form = OutputForm.text;

  @Option(
      names = "--socket",
      paramLabel = "PATH",
      description = "Where the plugins find the agent (default: ${DEFAULT-VALUE}).")
  private Path socket = AgentSettings.DEFAULT_SOCKET;

  @Override
  public Integer call() {
    return switch (new StatusClient(socket).ask()) {
      case StatusClient.Answer.None(String sentence) -> {
        err().println("weft: " + sentence);
        yield 1;
      }
      case StatusClient.Answer.Status(Json.Obj page) -> {
        StatusText text = new StatusText(page, Instant.now());
        out().print(form == OutputForm.json ? IndentedJson.write(page) + "\n" : text.whole());
        out().flush();
        if (text.isReady()) {
          yield 0;
        }
        err().println("weft: the agent serves no calls: it is " + text.state());
        yield 1;
      }
    };
  }
}

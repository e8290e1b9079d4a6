package dev.weft.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program {@code weft}: results go to stdout, an error is one sentence on stderr. */
@Command(
    name = "weft",
    description = "Attaches network namespaces to CNI networks, as a container runtime would.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    versionProvider = VersionCommand.class,
    subcommands = {
      AgentCommand.class,
      AttachCommand.class,
      BenchCommand.class,
      DetachCommand.class,
      CheckCommand.class,
      GcCommand.class,
      ServicesCommand.class,
      StatusCommand.class,
      TraceCommand.class,
      VersionCommand.class,
      InstallCommand.class,
      UninstallCommand.class
    })
public final class Weft {
  private Weft() {}

  public static void main(String[] arguments) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(run(out, err, arguments));
  }

  /** Runs one command: 0 for success, 1 if it failed, 2 if the arguments are wrong. */
  static int run(PrintWriter out, PrintWriter err, String... arguments) {
    return new CommandLine(new Weft())
        .setOut(out)
        .setErr(err)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(
            (failure, all) -> {
              String command = failure.getCommandLine().getCommandSpec().qualifiedName();
              err.println("weft: " + failure.getMessage() + "; see '" + command + " --help'");
              return 2;
            })
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              err.println("weft: " + FailureText.of(failure));
              return 1;
            })
        .execute(arguments);
  }
}

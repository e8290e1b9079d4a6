package dev.weft.cli;

import dev.weft.services.Problem;
import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What commands of {@code weft} share: help, and where and how they tell. */
abstract class Subcommand {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Prints this.")
  @SuppressWarnings("UnusedVariable") // picocli looks at it
  private boolean help;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  final CommandSpec spec() {
    return spec;
  }

  final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  final PrintWriter err() {
    return spec.commandLine().getErr();
  }

  final void warn(String sentence) {
    err().println("weft: warning: " + sentence);
  }

  /** Tells what is wrong with what somebody wrote down. */
  final void tell(Problem problem) {
    if (problem.severity() == Problem.Severity.WARNING) {
      warn(problem.text());
    } else {
      err().println("weft: " + problem);
    }
  }
}

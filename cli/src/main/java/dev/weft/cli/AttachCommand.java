package dev.weft.cli;

import java.util.Optional;
import picocli.CommandLine.Command;

/** {@code weft attach}. */
@Command(
    name = "attach",
    description = "Attaches a namespace to a network and prints the result.",
    mixinStandardHelpOptions = true)
final class AttachCommand extends EndpointCommand {
  @Override
  public void run() {
    out()
        .println(
            IndentedJson.write(chain().add(list(Optional.empty()), endpoint(Optional.empty()))));
  }
}

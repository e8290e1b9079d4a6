package dev.weft.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code weft status}. */
@Command(name = "status", description = "Succeeds if a network could take an attachment now.")
final class StatusCommand extends NetworkCommand {
  @Parameters(index = "0", paramLabel = "NETWORK", description = "The name of a network.")
  private String network = "";

  @Override
  public void run() {
    chain().status(load(network));
  }
}

package dev.weft.cli;

import dev.weft.kernel.linux.LinuxKernel;
import dev.weft.services.InputException;
import dev.weft.services.Node;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;

/** {@code weft services node}. */
@Command(name = "node", description = "Prints what this node tells of itself, as --node reads it.")
final class ServicesNodeCommand extends Subcommand implements Runnable {
  private static final String NETWORKS = "/etc/cni/net.d";

  /**
   * This node, as far as it can be known from here. The environment may tell its name, {@code
   * NODE_NAME}, and where its networks are configured, {@code NETCONFPATH}.
   */
  static Node discover() {
    try {
      String told = environment("NODE_NAME", "");
      String name = told.isEmpty() ? LiveNode.hostName() : told;
      Path networks = Path.of(environment("NETCONFPATH", NETWORKS));
      return new LiveNode(new LinuxKernel().own(), networks).discover(name);
    } catch (IOException e) {
      throw new InputException("this node's name cannot be read: " + e + "; give it as --node");
    }
  }

  private static String environment(String variable, String otherwise) {
    String value = System.getenv(variable);
    return value == null || value.isBlank() ? otherwise : value.strip();
  }

  @Override
  public void run() {
    out().print(discover().print());
    out().flush();
  }
}

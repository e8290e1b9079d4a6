package dev.weft.cli;

import dev.weft.kernel.linux.LinuxKernel;
import dev.weft.services.InputException;
import dev.weft.services.Node;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;

/** {@code weft services node}. */
@Command(name = "node", description = "Prints what this node tells of itself, as --node reads it.")
final class ServicesNodeCommand extends Subcommand implements Runnable {
  private static final Path NETWORKS = Path.of("/etc/cni/net.d");

  /** This node, as far as it can be known from here; {@code NODE_NAME} is its name if it is set. */
  static Node discover() {
    try {
      Optional<String> told =
          Optional.ofNullable(System.getenv("NODE_NAME")).filter(name -> !name.isBlank());
      String name = told.isPresent() ? told.get() : LiveNode.hostName();
      return new LiveNode(new LinuxKernel().own(), NETWORKS).discover(name);
    } catch (IOException e) {
      throw new InputException("this node's name cannot be read: " + e + "; give it as --node");
    }
  }

  @Override
  public void run() {
    out().print(discover().print());
    out().flush();
  }
}

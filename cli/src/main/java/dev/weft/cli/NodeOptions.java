package dev.weft.cli;

import dev.weft.iptables.apply.RulesMode;
import dev.weft.services.Node;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which node's rules are meant, and of which mode they are. Made by picocli. */
final class NodeOptions {
  @Option(
      names = "--node",
      paramLabel = "NODE.yaml",
      description =
          "What is to be known of the node (default: this one, as 'weft services node' prints it).")
  private @Nullable Path file;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      defaultValue = "iptables",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private RulesMode mode = RulesMode.IPTABLES;

  /**
   * The node.
   *
   * @param warnings takes sentences about what its description says
   */
  Node node(Consumer<String> warnings) {
    return file == null ? ServicesNodeCommand.discover() : Node.read(file, warnings);
  }

  RulesMode mode() {
    return mode;
  }
}

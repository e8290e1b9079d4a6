package dev.weft.cli;

import dev.weft.cni.CniVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Parameters;

/** {@code weft version}. */
@Command(
    name = "version",
    description = "Prints the versions of CNI that weft, or each plugin of a network, speaks.")
final class VersionCommand extends NetworkCommand implements IVersionProvider {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "NETWORK",
      description = "Asks the plugins of this network.")
  private Optional<String> network = Optional.empty();

  @Override
  public void run() {
    if (network.isEmpty()) {
      for (String line : getVersion()) {
        out().println(line);
      }
      return;
    }
    chain()
        .versions(load(network.get()))
        .forEach((type, versions) -> out().println(type + ": " + String.join(", ", versions)));
  }

  @Override
  public String[] getVersion() {
    List<String> versions = new ArrayList<>();
    for (CniVersion version : CniVersion.values()) {
      versions.add(version.text());
    }
    String own = Weft.class.getPackage().getImplementationVersion();
    return new String[] {
      "weft " + (own == null ? "(unpackaged)" : own), "CNI " + String.join(", ", versions)
    };
  }
}

package dev.weft.cli;

import dev.weft.cni.CniException;
import dev.weft.cni.ErrorCode;
import dev.weft.runtime.Endpoint;
import dev.weft.runtime.NetworkList;
import java.util.Optional;
import picocli.CommandLine.Command;

/** {@code weft attach}. */
@Command(name = "attach", description = "Attaches a namespace to a network and prints the result.")
final class AttachCommand extends EndpointCommand {
  @Override
  public void run() {
    NetworkList list = list(Optional.empty());
    Endpoint endpoint = endpoint(Optional.empty());
    if (!NamespacePath.leadsToNamespace(endpoint.netns())) {
      // Some plugins have made half a network before they find this out, and leave it.
      throw new CniException(
          ErrorCode.INVALID_NETNS,
          "NETNS " + endpoint.netns() + " is no network namespace: make it by 'ip netns add'");
    }
    out().println(IndentedJson.write(chain().add(list, endpoint)));
  }
}

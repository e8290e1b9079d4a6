package dev.weft.install;

import dev.weft.net.IpPrefix;
import java.util.List;
import java.util.Optional;

/**
 * What shall be installed besides the executables.
 *
 * @param network if absent, a node without any network gets one of Weft's
 * @param subnets of that one; empty for the usual, or for what is there already
 * @param systemd the agent as a service, to be started; one that is there is upgraded in any case
 */
public record Selection(Optional<Network> network, List<IpPrefix> subnets, boolean systemd) {

  public Selection {
    subnets = List.copyOf(subnets);
  }
}

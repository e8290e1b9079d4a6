package dev.weft.services;

import dev.weft.net.IpPrefix;
import java.util.List;

/** Of which of its addresses a node is told to serve node ports at. */
public sealed interface NodePortRanges {

  /** Nothing is said: all of them in iptables mode, the primary ones in nftables mode. */
  record Unset() implements NodePortRanges {}

  /** Those by which the cluster knows the node. */
  record Primary() implements NodePortRanges {}

  /**
   * Those within these networks. For a family that none of them is of, nothing is said but that it
   * is every address, as kube-proxy has it.
   */
  record Within(List<IpPrefix> networks) implements NodePortRanges {
    public Within {
      networks = List.copyOf(networks);
    }
  }
}

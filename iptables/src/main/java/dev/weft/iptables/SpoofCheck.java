package dev.weft.iptables;

import dev.weft.kernel.NetworkNamespace;
import dev.weft.net.MacAddress;
import java.util.Optional;
import java.util.Set;

/** Lets only frames from a pod's own MAC pass the bridge port that the pod is behind. */
public interface SpoofCheck {

  /**
   * Guards bridge ports of a node, by nftables.
   *
   * @param node its own network namespace
   */
  static SpoofCheck on(NetworkNamespace node) {
    return new NftSpoofCheck(node.nftables());
  }

  /** Why {@link #add} cannot succeed on this machine, as half a sentence; nothing if it can. */
  Optional<String> obstacle();

  /**
   * Guards one port. Doing it again changes nothing.
   *
   * @param port name of the bridge port
   */
  void add(RuleOwner owner, String port, MacAddress mac);

  /**
   * Removes all that this owner has, and what the reference plugins left for the same attachment.
   * Nothing to remove is no error.
   */
  void remove(RuleOwner owner);

  /** Removes what a network has beyond these owners. */
  void retain(String network, Set<RuleOwner> owners);

  /** Whether the port is guarded as {@link #add} does it, or as the reference plugins do. */
  boolean stands(RuleOwner owner, String port, MacAddress mac);
}

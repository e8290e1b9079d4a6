package dev.weft.iptables;

import dev.weft.kernel.KernelException;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.net.IpPrefix;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Gives packets of a pod that leave its own subnet the node's address (source NAT). Multicast and
 * the pod's own subnet are spared.
 */
public interface Masquerade {

  /**
   * Masquerades pods of a node.
   *
   * @param node its own network namespace
   * @param backend nothing for nftables where it can do NAT, else iptables
   */
  static Masquerade on(NetworkNamespace node, Optional<MasqueradeBackend> backend) {
    return new PodMasquerade(node, backend);
  }

  /** Why {@link #add} cannot succeed on this machine, as half a sentence; nothing if it can. */
  Optional<String> obstacle();

  /**
   * Masquerades a pod, in one transaction. Doing it again changes nothing.
   *
   * @param addresses the pod's addresses with their subnets' lengths
   * @throws KernelException if the machine has no back end, or the kernel refuses; nothing of the
   *     owner is left then
   */
  void add(RuleOwner owner, List<IpPrefix> addresses);

  /**
   * Removes all that this owner has, by whichever back end, and what the reference plugins left for
   * the same attachment. Nothing to remove is no error.
   */
  void remove(RuleOwner owner);

  /** Removes what a network has beyond these owners. */
  void retain(String network, Set<RuleOwner> owners);

  /**
   * Which of these addresses are masqueraded for this owner neither as {@link #add} does it nor as
   * the reference plugins do.
   */
  List<IpPrefix> missing(RuleOwner owner, List<IpPrefix> addresses);
}

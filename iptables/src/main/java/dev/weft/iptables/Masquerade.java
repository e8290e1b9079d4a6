package dev.weft.iptables;

import dev.weft.net.IpPrefix;
import java.util.List;
import java.util.Set;

/**
 * Gives packets of a pod that leave its own subnet the node's address (source NAT). Multicast and
 * the pod's own subnet are spared.
 */
public interface Masquerade {

  /**
   * Masquerades a pod, in one transaction. Doing it again changes nothing.
   *
   * @param addresses the pod's addresses with their subnets' lengths
   */
  void add(RuleOwner owner, List<IpPrefix> addresses);

  /** Removes all that this owner has, in one transaction; nothing to remove is no error. */
  void remove(RuleOwner owner);

  /** Removes what a network has beyond these owners. */
  void retain(String network, Set<RuleOwner> owners);

  /** Which of these addresses are not masqueraded for this owner as {@link #add} would. */
  List<IpPrefix> missing(RuleOwner owner, List<IpPrefix> addresses);
}

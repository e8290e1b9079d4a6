package dev.weft.iptables.compile;

import dev.weft.net.IpAddress;
import java.util.List;

/**
 * What the rules depend on besides the Services.
 *
 * @param addresses by which other nodes know this one
 * @param masqueradeAll whether whatever goes to a cluster IP is masqueraded
 * @param dropInvalid whether packets are dropped that connection tracking makes nothing of: it
 *     would let them leave with a pod's address, and the answer would end the connection. Not where
 *     {@code nf_conntrack_tcp_be_liberal} is set
 */
public record NodeFacts(
    List<IpAddress> addresses,
    LocalPods localPods,
    NodePortAddresses nodePortAddresses,
    boolean masqueradeAll,
    boolean dropInvalid) {
  public NodeFacts {
    addresses = List.copyOf(addresses);
  }
}

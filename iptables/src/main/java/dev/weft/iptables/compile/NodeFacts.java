package dev.weft.iptables.compile;

import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import dev.weft.services.LocalPods;
import dev.weft.services.Node;
import dev.weft.services.NodePortRanges;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What the rules depend on besides the Services.
 *
 * @param addresses by which other nodes know this one
 * @param masqueradeAll whether whatever goes to a cluster IP is masqueraded
 * @param serviceCidrs from which Services have their addresses; empty if unknown. In nftables mode
 *     packets to one that no Service has are dropped
 * @param dropInvalid whether packets are dropped that connection tracking makes nothing of: it
 *     would let them leave with a pod's address, and the answer would end the connection. Not where
 *     {@code nf_conntrack_tcp_be_liberal} is set
 */
public record NodeFacts(
    List<IpAddress> addresses,
    LocalPods localPods,
    NodePortAddresses nodePortAddresses,
    boolean masqueradeAll,
    List<IpPrefix> serviceCidrs,
    boolean dropInvalid) {
  public NodeFacts {
    addresses = List.copyOf(addresses);
    serviceCidrs = List.copyOf(serviceCidrs);
  }

  private static final IpPrefix LOOPBACK = IpPrefix.of("127.0.0.0/8");
  private static final IpAddress LOCALHOST = IpAddress.of("127.0.0.1");

  /** What iptables rules of one family depend on. */
  public static NodeFacts forIptables(Node node, IpFamily family) {
    return of(node, family, node.nodePortRanges(), node.localhostNodePorts(), !node.tcpBeLiberal());
  }

  /**
   * What nftables rules of one family depend on: nothing is served at loopback addresses, packets
   * of no connection are not dropped, and where nothing is said, node ports are served at the
   * primary address only.
   */
  public static NodeFacts forNftables(Node node, IpFamily family) {
    NodePortRanges ranges =
        node.nodePortRanges() instanceof NodePortRanges.Unset
            ? new NodePortRanges.Primary()
            : node.nodePortRanges();
    return of(node, family, ranges, false, false);
  }

  private static NodeFacts of(
      Node node, IpFamily family, NodePortRanges ranges, boolean localhost, boolean dropInvalid) {
    return new NodeFacts(
        node.primary(family).stream().toList(),
        node.localPods(),
        nodePortAddresses(node, family, ranges, localhost),
        node.masqueradeAll(),
        node.serviceCidrs(),
        dropInvalid);
  }

  private static NodePortAddresses nodePortAddresses(
      Node node, IpFamily family, NodePortRanges ranges, boolean localhost) {
    boolean loopback = localhost && family == IpFamily.V4;
    return switch (ranges) {
      case NodePortRanges.Unset _ -> new NodePortAddresses.All(loopback);
      case NodePortRanges.Primary _ ->
          new NodePortAddresses.Only(node.primary(family).stream().toList());
      case NodePortRanges.Within(List<IpPrefix> networks) -> {
        List<IpPrefix> own =
            networks.stream().filter(network -> network.family() == family).toList();
        // A family that no network is of counts as unset, as for kube-proxy.
        boolean all = own.isEmpty() || own.stream().anyMatch(network -> network.length() == 0);
        yield all ? new NodePortAddresses.All(loopback) : only(node, own, loopback);
      }
    };
  }

  private static NodePortAddresses only(Node node, List<IpPrefix> networks, boolean loopback) {
    Predicate<IpAddress> within =
        address -> networks.stream().anyMatch(network -> network.contains(address));
    Set<IpAddress> addresses = new LinkedHashSet<>();
    if (loopback && within.test(LOCALHOST)) {
      addresses.add(LOCALHOST); // each host has it
    }
    node.addresses().stream()
        .map(Node.Address::address)
        .filter(within)
        .filter(address -> loopback || !address.isLoopback())
        .forEach(addresses::add);
    return new NodePortAddresses.Only(List.copyOf(addresses));
  }

  /** Whether node ports can be reached at an IPv4 address of the loopback. */
  public boolean servesLoopback() {
    return switch (nodePortAddresses) {
      case NodePortAddresses.All(boolean loopback) -> loopback;
      case NodePortAddresses.Only(List<IpAddress> only) ->
          only.stream().anyMatch(LOOPBACK::contains);
    };
  }
}

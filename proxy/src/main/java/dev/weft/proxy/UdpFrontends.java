package dev.weft.proxy;

import dev.weft.iptables.compile.NodePortAddresses;
import dev.weft.kernel.Conntrack.Flow;
import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import dev.weft.services.Backend;
import dev.weft.services.Protocol;
import dev.weft.services.ServedPort;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Where packets of UDP may be sent to be served, and who may serve them: tells which tracked flows
 * would go on to lead to an endpoint that serves no more. The first packet of a flow decides where
 * all others go, and a client that goes on to send keeps a flow of UDP for ever.
 */
final class UdpFrontends {
  /** A destination; no address stands for a node port. */
  private record Frontend(Optional<IpAddress> address, int port) {}

  /** Where a flow leads to. */
  private record Server(IpAddress address, int port) {}

  private final Map<Frontend, Set<Server>> served = new HashMap<>();

  /** What was served before and is not now, with those who served it. */
  private final Map<Frontend, Set<Server>> gone = new HashMap<>();

  private final Predicate<IpAddress> isOwn;
  private final Predicate<IpAddress> takesNodePorts;
  private final List<IpPrefix> serviceCidrs;

  /**
   * @param before ports that changed, as they were
   * @param now all ports, as they are
   * @param own the node's addresses
   * @param serviceCidrs where only Services have addresses; empty to judge by {@code before} alone
   */
  UdpFrontends(
      Collection<ServedPort> before,
      Collection<ServedPort> now,
      Set<IpAddress> own,
      NodePortAddresses nodePorts,
      List<IpPrefix> serviceCidrs) {
    now.forEach(port -> add(served, port));
    before.forEach(port -> add(gone, port));
    gone.keySet().removeAll(served.keySet());
    this.isOwn = address -> own.contains(address) || address.isLoopback();
    this.takesNodePorts =
        address ->
            switch (nodePorts) {
              case NodePortAddresses.All(boolean loopback) ->
                  own.contains(address) || (loopback && address.isLoopback());
              case NodePortAddresses.Only(List<IpAddress> only) -> only.contains(address);
            };
    this.serviceCidrs = List.copyOf(serviceCidrs);
  }

  private static void add(Map<Frontend, Set<Server>> all, ServedPort port) {
    if (port.protocol() != Protocol.UDP) {
      return;
    }
    Set<Server> servers = new HashSet<>();
    for (List<Backend> some :
        List.of(port.backends().cluster(), port.backends().local(), port.backends().lingering())) {
      some.forEach(backend -> servers.add(new Server(backend.address(), backend.port())));
    }
    for (Frontend frontend : frontends(port)) {
      all.computeIfAbsent(frontend, _ -> new HashSet<>()).addAll(servers);
    }
  }

  private static List<Frontend> frontends(ServedPort port) {
    List<Frontend> frontends = new ArrayList<>();
    frontends.add(new Frontend(Optional.of(port.clusterIp()), port.port()));
    port.externalIps().forEach(ip -> frontends.add(new Frontend(Optional.of(ip), port.port())));
    port.loadBalancerIps().forEach(ip -> frontends.add(new Frontend(Optional.of(ip), port.port())));
    if (port.nodePort() != 0) {
      frontends.add(new Frontend(Optional.empty(), port.nodePort()));
    }
    return frontends;
  }

  /** Whether nothing is served by UDP, nor was. */
  boolean isEmpty() {
    return served.isEmpty() && gone.isEmpty();
  }

  /** Whether a flow of UDP should end, so that its next packet is looked at anew. */
  boolean isStale(Flow flow) {
    IpAddress destination = flow.original().destination();
    int port = flow.original().destinationPort();
    Server server = new Server(flow.reply().source(), flow.reply().sourcePort());
    boolean translated = !server.equals(new Server(destination, port));
    Frontend byAddress = new Frontend(Optional.of(destination), port);
    Set<Server> servers = served.get(byAddress);
    if (servers != null) {
      return !servers.contains(server);
    }
    Frontend byPort = new Frontend(Optional.empty(), port);
    servers = served.get(byPort);
    // What was not translated may be meant for a program of the node, where no node port is.
    if (servers != null && (translated ? isOwn : takesNodePorts).test(destination)) {
      return !servers.contains(server);
    }
    if (!translated) {
      return false;
    }
    servers = gone.get(byAddress);
    if (servers == null && isOwn.test(destination)) {
      servers = gone.get(byPort);
    }
    return servers == null
        ? serviceCidrs.stream().anyMatch(range -> range.contains(destination))
        : servers.contains(server);
  }
}

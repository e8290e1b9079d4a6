package dev.weft.trace;

import dev.weft.iptables.compile.NodePortAddresses;
import dev.weft.iptables.engine.Branch;
import dev.weft.iptables.engine.Host;
import dev.weft.iptables.engine.Interpreter;
import dev.weft.iptables.engine.Packet;
import dev.weft.iptables.engine.Recollection;
import dev.weft.iptables.engine.Step;
import dev.weft.iptables.engine.Tracking;
import dev.weft.iptables.ruleset.Match;
import dev.weft.iptables.ruleset.Side;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import dev.weft.services.LocalPods;
import dev.weft.services.Node;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The way of packets through a node under some rules, whatever their mode. */
record Way(Interpreter interpreter, Host host, NodePortAddresses nodePortAddresses) {
  private static final String LOOPBACK = "lo";

  /** Whoever sends picks one of these; no rule of Services looks at it. */
  private static final int SOURCE_PORT = 40_000;

  /** Its addresses are known; of its routes only that pods are reached otherwise than the rest. */
  static Host host(Node node, IpFamily family) {
    Set<IpAddress> addresses = new HashSet<>();
    node.addresses().forEach(address -> addresses.add(address.address()));
    // A node that has no address of the family masquerades nothing in it.
    IpAddress source = node.primary(family).orElse(IpAddress.zero(family));
    List<Host.Route> routes = new ArrayList<>();
    routes.add(new Host.Route(IpPrefix.everything(family), Sender.OUTER_DEVICE, source));
    // What the node sends to itself and masquerades bears an address of another interface.
    routes.add(
        new Host.Route(
            IpPrefix.host(IpAddress.of(family == IpFamily.V4 ? "127.0.0.1" : "::1")),
            LOOPBACK,
            source));
    if (node.localPods() instanceof LocalPods.Cidrs(List<IpPrefix> prefixes)) {
      for (IpPrefix prefix : prefixes) {
        if (prefix.family() == family) {
          routes.add(new Host.Route(prefix, Sender.POD_DEVICE, source));
        }
      }
    }
    return new Host(addresses, routes);
  }

  boolean servesNodePortsAt(IpAddress address) {
    return switch (nodePortAddresses) {
      case NodePortAddresses.All(boolean loopback) ->
          address.isLoopback() ? loopback && address.isV4() : host.addresses().contains(address);
      case NodePortAddresses.Only(List<IpAddress> only) -> only.contains(address);
    };
  }

  List<Branch> follow(Flow flow, Sender sender, Recollection recollection) {
    Packet packet =
        new Packet(
            flow.from(),
            flow.to().address(),
            flow.protocol().name().toLowerCase(Locale.ROOT),
            SOURCE_PORT,
            flow.to().port(),
            0);
    Tracking tracking = Tracking.of(Match.CtState.valueOf(flow.state().name()));
    return switch (sender) {
      case Sender.OnNode _ -> interpreter.send(packet, tracking, recollection);
      case Sender.Via(String device, String _) ->
          interpreter.arrive(packet, device, tracking, recollection);
    };
  }

  /** What is told of a step that has nothing to do with the mode. */
  static Optional<Event> event(Step step) {
    return switch (step) {
      case Step.Rewritten(var side, var from, int fromPort, var to, int toPort) ->
          Optional.of(
              new Event.Rewritten(
                  side == Side.DESTINATION,
                  new AddressPort(from, fromPort),
                  new AddressPort(to, toPort)));
      case Step.Routed(String device) -> Optional.of(new Event.Routed(device.equals(LOOPBACK)));
      case Step.Unroutable(var destination) ->
          Optional.of(new Event.Stuck("no route leads to " + destination));
      case Step.Undecided(String why) -> Optional.of(new Event.Stuck(why));
      default -> Optional.empty();
    };
  }

  static Course course(Branch branch, boolean masqueraded, List<Event> events) {
    return new Course(
        branch.chance(),
        switch (branch.end()) {
          case ACCEPT -> Outcome.ACCEPT;
          case DROP -> Outcome.DROP;
          case REJECT -> Outcome.REJECT;
          case UNDECIDED -> Outcome.UNDECIDED;
        },
        branch.tracking().destination().map(to -> new AddressPort(to.address(), to.port())),
        masqueraded,
        branch.device().equals(LOOPBACK),
        events);
  }
}

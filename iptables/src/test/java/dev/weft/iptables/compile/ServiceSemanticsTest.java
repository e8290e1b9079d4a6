package dev.weft.iptables.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.iptables.apply.RulesMode;
import dev.weft.iptables.engine.Branch;
import dev.weft.iptables.engine.Branch.End;
import dev.weft.iptables.engine.Host;
import dev.weft.iptables.engine.Interpreter;
import dev.weft.iptables.engine.Packet;
import dev.weft.iptables.engine.Recollection;
import dev.weft.iptables.engine.Tracking;
import dev.weft.iptables.flat.FlatRuleset;
import dev.weft.iptables.ruleset.Match.CtState;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import dev.weft.services.Backend;
import dev.weft.services.LocalPods;
import dev.weft.services.ServedPort;
import dev.weft.services.TrafficPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The first packet of a connection meets what Kubernetes promises, said here without rules: which
 * endpoints with which chance, whether its source is hidden, or how it ends.
 */
class ServiceSemanticsTest {
  private static final IpAddress NODE_ADDRESS = IpAddress.of("192.168.0.2");

  /** Of the node too, and not what it sends from: that a source is hidden behind it can be seen. */
  private static final IpAddress LEAVING = IpAddress.of("192.168.0.3");

  private static final IpPrefix PODS = IpPrefix.of("10.0.0.0/24");

  private static final NodeFacts NODE =
      new NodeFacts(
          List.of(NODE_ADDRESS),
          new LocalPods.Cidrs(List.of(PODS)),
          new NodePortAddresses.All(false),
          false,
          List.of(IpPrefix.of("172.30.0.0/16")),
          true);

  private static final Host HOST =
      new Host(
          Set.of(NODE_ADDRESS, LEAVING, IpAddress.of("10.0.0.1")),
          List.of(
              new Host.Route(PODS, "cni0", IpAddress.of("10.0.0.1")),
              new Host.Route(IpPrefix.of("0.0.0.0/0"), "eth0", LEAVING)));

  /** Who opens a connection. */
  private enum Client {
    POD("10.0.0.77"),
    NODE("192.168.0.2"),
    /** From a source range of {@link Ports#random}. */
    PARTNER("203.0.113.9"),
    STRANGER("198.18.0.1");

    private final String address;

    Client(String address) {
      this.address = address;
    }

    IpAddress address() {
      return IpAddress.of(address);
    }
  }

  /** What it connects to. */
  private enum Frontend {
    CLUSTER_IP,
    EXTERNAL_IP,
    BALANCER_IP,
    NODE_PORT
  }

  private static boolean has(ServedPort port, Frontend frontend) {
    return switch (frontend) {
      case CLUSTER_IP -> true;
      case EXTERNAL_IP -> !port.externalIps().isEmpty();
      case BALANCER_IP -> !port.loadBalancerIps().isEmpty();
      case NODE_PORT -> port.nodePort() != 0;
    };
  }

  private static Packet packet(ServedPort port, Frontend frontend, IpAddress client) {
    IpAddress destination =
        switch (frontend) {
          case CLUSTER_IP -> port.clusterIp();
          case EXTERNAL_IP -> port.externalIps().getFirst();
          case BALANCER_IP -> port.loadBalancerIps().getFirst();
          case NODE_PORT -> NODE_ADDRESS;
        };
    int number = frontend == Frontend.NODE_PORT ? port.nodePort() : port.port();
    return new Packet(client, destination, "tcp", 40_000, number, 0);
  }

  /** Outcomes by their chance, of a million. */
  private static Map<String, Long> promised(
      RulesMode mode, ServedPort port, Frontend frontend, Client client) {
    boolean anywhere = port.backends().anywhere();
    if (frontend == Frontend.CLUSTER_IP) {
      return spread(
          port.internalBackends(), client != Client.POD, anywhere ? End.DROP : End.REJECT);
    }
    if (!anywhere && mode == RulesMode.IPTABLES) {
      // From the node itself nobody looks at it: it leaves, to whoever has the address.
      return spread(List.of(), false, client == Client.NODE ? End.ACCEPT : End.REJECT);
    }
    boolean restricted = frontend == Frontend.BALANCER_IP && !port.sourceRanges().isEmpty();
    if (restricted && port.sourceRanges().stream().noneMatch(r -> r.contains(client.address()))) {
      return spread(List.of(), false, End.DROP);
    }
    if (!anywhere) {
      return spread(List.of(), false, End.REJECT);
    }
    if (port.externalPolicy() == TrafficPolicy.CLUSTER) {
      return spread(port.backends().cluster(), true, End.REJECT);
    }
    return switch (client) {
      case POD -> spread(port.backends().cluster(), false, End.REJECT);
      case NODE -> spread(port.backends().cluster(), true, End.REJECT);
      case PARTNER, STRANGER -> spread(port.backends().local(), false, End.DROP);
    };
  }

  private static Map<String, Long> spread(List<Backend> backends, boolean hidden, End otherwise) {
    Map<String, Long> outcomes = new TreeMap<>();
    for (Backend backend : backends) {
      outcomes.put(backend + (hidden ? " hidden" : ""), Math.round(1e6 / backends.size()));
    }
    if (backends.isEmpty()) {
      outcomes.put(otherwise.toString(), 1_000_000L);
    }
    return outcomes;
  }

  private static Map<String, Long> seen(List<Branch> branches) {
    Map<String, Double> chances = new TreeMap<>();
    for (Branch branch : branches) {
      Packet packet = branch.packet();
      boolean translated = branch.tracking().destination().isPresent();
      String outcome =
          branch.end() == End.ACCEPT && translated
              ? packet.destination()
                  + ":"
                  + packet.destinationPort()
                  + (branch.tracking().source().isPresent() ? " hidden" : "")
              : branch.end().toString();
      chances.merge(outcome, branch.chance(), Double::sum);
    }
    Map<String, Long> outcomes = new TreeMap<>();
    chances.forEach((outcome, chance) -> outcomes.put(outcome, Math.round(chance * 1e6)));
    return outcomes;
  }

  private static List<Branch> follow(Interpreter interpreter, Packet packet) {
    Tracking tracking = Tracking.of(CtState.NEW);
    if (packet.source().equals(NODE_ADDRESS)) {
      return interpreter.send(packet, tracking, Recollection.EMPTY);
    }
    String device = PODS.contains(packet.source()) ? "cni0" : "eth0";
    return interpreter.arrive(packet, device, tracking, Recollection.EMPTY);
  }

  private static Interpreter compile(RulesMode mode, List<ServedPort> ports) {
    return switch (mode) {
      case IPTABLES ->
          new Interpreter(IptablesCompiler.compile(ports, NODE, Names.WEFT, IpFamily.V4), HOST);
      case NFTABLES ->
          new Interpreter(FlatRuleset.compile(ports, NODE, Names.WEFT, IpFamily.V4), HOST);
    };
  }

  @Property(tries = 300)
  void rulesKeepWhatServicesPromise(@ForAll RulesMode mode, @ForAll Random random) {
    List<ServedPort> ports = Ports.random(random);
    Interpreter rules = compile(mode, ports);
    for (ServedPort port : ports) {
      for (Frontend frontend : Frontend.values()) {
        for (Client client : Client.values()) {
          // A packet from the node to itself arrives there anew, which is another packet here.
          boolean toItself = frontend == Frontend.NODE_PORT && client == Client.NODE;
          if (has(port, frontend) && !(toItself && !port.backends().anywhere())) {
            Packet packet = packet(port, frontend, client.address());
            assertEquals(
                promised(mode, port, frontend, client),
                seen(follow(rules, packet)),
                () -> mode + ": " + client + " to " + frontend + " of " + port);
          }
        }
      }
    }
  }

  @Test
  void whatNoServiceHasIsLeftAloneByIptables() {
    Interpreter rules =
        compile(
            RulesMode.IPTABLES, List.of(Ports.clusterIp("web", 1).backends("10.0.0.5").build()));
    for (Packet packet :
        List.of(
            new Packet(Client.POD.address(), IpAddress.of("172.30.0.1"), "tcp", 1, 81, 0),
            new Packet(Client.POD.address(), IpAddress.of("172.30.0.1"), "udp", 1, 80, 0),
            new Packet(Client.POD.address(), IpAddress.of("172.30.0.2"), "tcp", 1, 80, 0),
            new Packet(Client.STRANGER.address(), NODE_ADDRESS, "tcp", 1, 80, 0))) {
      List<Branch> branches = follow(rules, packet);
      assertEquals(1, branches.size());
      assertEquals(End.ACCEPT, branches.getFirst().end());
      assertEquals(packet, branches.getFirst().packet());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "172.30.0.1, tcp, 81, REJECT",
    "172.30.0.1, udp, 80, REJECT",
    "172.30.0.2, tcp, 80, DROP",
    "172.31.0.1, tcp, 80, ACCEPT",
    "192.168.0.2, tcp, 80, ACCEPT",
  })
  void whatNoServiceHasIsRefusedByNftables(String to, String protocol, int port, End end) {
    Interpreter rules =
        compile(
            RulesMode.NFTABLES, List.of(Ports.clusterIp("web", 1).backends("10.0.0.5").build()));
    IpAddress pod = Client.POD.address();
    Packet packet = new Packet(pod, IpAddress.of(to), protocol, 1, port, 0);
    List<Branch> branches = follow(rules, packet);
    assertEquals(1, branches.size());
    assertEquals(end, branches.getFirst().end());
    assertEquals(packet, branches.getFirst().packet());
  }

  /** Its own answer would come from itself, past connection tracking. */
  @ParameterizedTest
  @EnumSource(RulesMode.class)
  void anEndpointThatReachesItselfIsHidden(RulesMode mode) {
    List<ServedPort> ports = new ArrayList<>();
    ports.add(
        Ports.clusterIp("web", 1)
            .backends("10.0.0.5", "10.0.0.6")
            .onThisNode("10.0.0.5", "10.0.0.6")
            .build());
    Packet packet =
        new Packet(IpAddress.of("10.0.0.5"), IpAddress.of("172.30.0.1"), "tcp", 1, 80, 0);
    assertEquals(
        Map.of("10.0.0.5:8080 hidden", 500_000L, "10.0.0.6:8080", 500_000L),
        seen(follow(compile(mode, ports), packet)));
  }
}

package dev.weft.proxy;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.iptables.compile.NodePortAddresses;
import dev.weft.kernel.Conntrack.Flow;
import dev.weft.kernel.Conntrack.Tuple;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import dev.weft.services.Backend;
import dev.weft.services.BackendSets;
import dev.weft.services.ObjectName;
import dev.weft.services.Protocol;
import dev.weft.services.ServedPort;
import dev.weft.services.TrafficPolicy;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class UdpFrontendsTest {
  private static final String CLUSTER_IP = "172.30.0.10";
  private static final String BALANCER = "203.0.113.1";
  private static final String NODE = "192.0.2.1";
  private static final String SECOND = "192.0.2.9";
  private static final int NODE_PORT = 30053;
  private static final NodePortAddresses EVERYWHERE = new NodePortAddresses.All(true);

  private static ServedPort port(Protocol protocol, List<String> serving, List<String> lingering) {
    return new ServedPort(
        new ObjectName("kube-system", "dns"),
        "dns",
        protocol,
        IpFamily.V4,
        IpAddress.of(CLUSTER_IP),
        53,
        List.of(),
        List.of(IpAddress.of(BALANCER)),
        NODE_PORT,
        TrafficPolicy.CLUSTER,
        TrafficPolicy.CLUSTER,
        Optional.empty(),
        List.of(),
        0,
        new BackendSets(backends(serving), List.of(), false, backends(lingering)));
  }

  private static List<Backend> backends(List<String> addresses) {
    return addresses.stream()
        .map(address -> new Backend(IpAddress.of(address), 5353, false))
        .toList();
  }

  private static ServedPort dns(String... serving) {
    return port(Protocol.UDP, List.of(serving), List.of());
  }

  private static UdpFrontends frontends(List<ServedPort> before, List<ServedPort> now) {
    return frontends(before, now, EVERYWHERE);
  }

  private static UdpFrontends frontends(
      List<ServedPort> before, List<ServedPort> now, NodePortAddresses nodePorts) {
    Set<IpAddress> own = Set.of(IpAddress.of(NODE), IpAddress.of(SECOND));
    return new UdpFrontends(before, now, own, nodePorts, List.of());
  }

  private static Flow flow(String to, int port, String server, int serverPort) {
    IpAddress client = IpAddress.of("10.0.0.9");
    return new Flow(
        new Tuple(client, IpAddress.of(to), Protocol.UDP.number(), 4000, port),
        new Tuple(IpAddress.of(server), client, Protocol.UDP.number(), serverPort, 4000),
        0,
        0);
  }

  /** Flows by each of the Service's ways to one endpoint. */
  private static List<Flow> flowsTo(String server) {
    return Stream.of(
            flow(CLUSTER_IP, 53, server, 5353),
            flow(BALANCER, 53, server, 5353),
            flow(NODE, NODE_PORT, server, 5353),
            flow("127.0.0.1", NODE_PORT, server, 5353))
        .toList();
  }

  @Test
  void flowsToEndpointsThatServeStay() {
    UdpFrontends all = frontends(List.of(), List.of(dns("10.0.0.1", "10.0.0.2")));
    for (Flow flow : flowsTo("10.0.0.2")) {
      assertFalse(all.isStale(flow), flow::toString);
    }
  }

  @Test
  void flowsToEndpointsThatAreGoneEndByWhicheverWay() {
    UdpFrontends others = frontends(List.of(dns("10.0.0.1")), List.of(dns("10.0.0.2")));
    UdpFrontends none = frontends(List.of(dns("10.0.0.1")), List.of(dns()));
    UdpFrontends gone = frontends(List.of(dns("10.0.0.1")), List.of());
    for (Flow flow : flowsTo("10.0.0.1")) {
      assertTrue(others.isStale(flow), flow::toString);
      assertTrue(none.isStale(flow), flow::toString);
      assertTrue(gone.isStale(flow), flow::toString);
    }
  }

  @Test
  void aFlowToAnotherPortOfAnEndpointIsNotServed() {
    UdpFrontends all = frontends(List.of(), List.of(dns("10.0.0.1")));
    assertTrue(all.isStale(flow(CLUSTER_IP, 53, "10.0.0.1", 53)));
  }

  @Test
  void anEndpointThatDrainsKeepsItsFlows() {
    ServedPort drained = port(Protocol.UDP, List.of("10.0.0.2"), List.of("10.0.0.1"));
    UdpFrontends all = frontends(List.of(dns("10.0.0.1")), List.of(drained));
    flowsTo("10.0.0.1").forEach(flow -> assertFalse(all.isStale(flow), flow::toString));
  }

  @Test
  void whatWentToNobodyBeforeThereWasAServiceIsLookedAtAnew() {
    UdpFrontends all = frontends(List.of(), List.of(dns("10.0.0.1")));
    assertTrue(all.isStale(flow(CLUSTER_IP, 53, CLUSTER_IP, 53)));
    assertTrue(all.isStale(flow(NODE, NODE_PORT, NODE, NODE_PORT)));
  }

  @Test
  void flowsOfOthersStay() {
    UdpFrontends all = frontends(List.of(dns("10.0.0.1")), List.of(dns("10.0.0.2")));
    UdpFrontends gone = frontends(List.of(dns("10.0.0.1")), List.of());
    for (Flow flow :
        List.of(
            flow("198.51.100.1", NODE_PORT, "198.51.100.1", NODE_PORT),
            flow("198.51.100.1", NODE_PORT, "10.0.0.7", 53),
            flow(CLUSTER_IP, 54, CLUSTER_IP, 54),
            flow(NODE, 53, "10.0.0.1", 5353),
            flow("10.0.0.1", 5353, "10.0.0.1", 5353))) {
      assertFalse(all.isStale(flow), flow::toString);
      assertFalse(gone.isStale(flow), flow::toString);
    }
    assertFalse(gone.isStale(flow(NODE, NODE_PORT, "10.0.0.7", 53)), "somebody else's host port");
    assertFalse(gone.isStale(flow(NODE, NODE_PORT, NODE, NODE_PORT)), "the node's own program");
  }

  @Test
  void aProgramOfTheNodeKeepsItsFlowsWhereNoNodePortsAre() {
    NodePortAddresses primary = new NodePortAddresses.Only(List.of(IpAddress.of(NODE)));
    UdpFrontends all = frontends(List.of(), List.of(dns("10.0.0.1")), primary);
    assertFalse(all.isStale(flow(SECOND, NODE_PORT, SECOND, NODE_PORT)));
    assertTrue(all.isStale(flow(NODE, NODE_PORT, NODE, NODE_PORT)));
  }

  @Test
  void otherProtocolsHaveNoPartInIt() {
    ServedPort tcp = port(Protocol.TCP, List.of("10.0.0.1"), List.of());
    assertTrue(frontends(List.of(tcp), List.of(tcp)).isEmpty());
    assertFalse(frontends(List.of(dns()), List.of()).isEmpty());
  }

  @Test
  void atTheStartWhatIsTranslatedFromAServiceAddressMustLeadToAService() {
    UdpFrontends all =
        new UdpFrontends(
            List.of(), List.of(), Set.of(), EVERYWHERE, List.of(IpPrefix.of("172.30.0.0/16")));
    assertTrue(all.isStale(flow(CLUSTER_IP, 53, "10.0.0.1", 5353)));
    assertFalse(all.isStale(flow(CLUSTER_IP, 53, CLUSTER_IP, 53)));
    assertFalse(all.isStale(flow("198.51.100.1", 53, "10.0.0.1", 5353)));
  }
}

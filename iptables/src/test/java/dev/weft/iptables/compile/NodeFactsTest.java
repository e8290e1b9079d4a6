package dev.weft.iptables.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.services.Node;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is not said of a node means what it means to kube-proxy, in each of its modes. */
class NodeFactsTest {
  private static final IpAddress PRIMARY = IpAddress.of("192.168.0.2");
  private static final IpAddress PRIMARY_V6 = IpAddress.of("fd00:192::2");

  private static Node node(String more) {
    String text =
        "{name: n1, addresses: [{address: 10.9.0.1}, {address: 192.168.0.2, primary: true},"
            + " {address: 'fd00:192::2', primary: true}]"
            + more
            + "}";
    return Node.parse(
        text.getBytes(StandardCharsets.UTF_8),
        "node",
        warning -> {
          throw new AssertionError(warning);
        });
  }

  @Test
  void withoutMoreAllAddressesServeNodePortsInIptablesMode() {
    NodeFacts facts = NodeFacts.forIptables(node(""), IpFamily.V4);
    assertEquals(new NodePortAddresses.All(true), facts.nodePortAddresses());
    assertEquals(List.of(PRIMARY), facts.addresses());
    assertTrue(facts.dropInvalid());
    assertFalse(facts.masqueradeAll());
    NodeFacts v6 = NodeFacts.forIptables(node(""), IpFamily.V6);
    assertEquals(new NodePortAddresses.All(false), v6.nodePortAddresses());
    assertEquals(List.of(PRIMARY_V6), v6.addresses());
  }

  @Test
  void withoutMoreThePrimaryServesThemInNftablesMode() {
    NodeFacts facts = NodeFacts.forNftables(node(""), IpFamily.V4);
    assertEquals(new NodePortAddresses.Only(List.of(PRIMARY)), facts.nodePortAddresses());
    assertFalse(facts.dropInvalid());
    assertEquals(
        new NodePortAddresses.Only(List.of(PRIMARY_V6)),
        NodeFacts.forNftables(node(""), IpFamily.V6).nodePortAddresses());
  }

  @Test
  void networksChooseAmongTheNodesAddresses() {
    Node node = node(", nodePortAddresses: [10.0.0.0/8]");
    NodePortAddresses chosen = new NodePortAddresses.Only(List.of(IpAddress.of("10.9.0.1")));
    assertEquals(chosen, NodeFacts.forIptables(node, IpFamily.V4).nodePortAddresses());
    assertEquals(chosen, NodeFacts.forNftables(node, IpFamily.V4).nodePortAddresses());
    assertFalse(NodeFacts.forIptables(node, IpFamily.V4).servesLoopback());
    // Nothing is said of IPv6.
    assertEquals(
        new NodePortAddresses.All(false),
        NodeFacts.forIptables(node, IpFamily.V6).nodePortAddresses());
  }

  @Test
  void theLoopbackCanBeAmongTheNetworks() {
    String networks = ", nodePortAddresses: [127.0.0.0/8, 192.168.0.0/24]";
    NodeFacts facts = NodeFacts.forIptables(node(networks), IpFamily.V4);
    assertEquals(
        new NodePortAddresses.Only(List.of(IpAddress.of("127.0.0.1"), PRIMARY)),
        facts.nodePortAddresses());
    assertTrue(facts.servesLoopback());
    String without = networks + ", localhostNodePorts: false";
    assertFalse(NodeFacts.forIptables(node(without), IpFamily.V4).servesLoopback());
    assertFalse(NodeFacts.forNftables(node(networks), IpFamily.V4).servesLoopback());
  }

  @Test
  void anyNetworkIsEveryAddress() {
    Node node = node(", nodePortAddresses: [0.0.0.0/0], conntrackTCPBeLiberal: true");
    NodeFacts facts = NodeFacts.forIptables(node, IpFamily.V4);
    assertEquals(new NodePortAddresses.All(true), facts.nodePortAddresses());
    assertFalse(facts.dropInvalid());
    assertEquals(
        new NodePortAddresses.All(false),
        NodeFacts.forNftables(node, IpFamily.V4).nodePortAddresses());
  }
}

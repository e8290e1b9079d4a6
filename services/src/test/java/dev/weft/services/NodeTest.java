package dev.weft.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A node is what its description says, and what is wrong with that is told. */
class NodeTest {
  private final List<String> warnings = new ArrayList<>();

  private Node parse(String text) {
    return Node.parse(text.getBytes(StandardCharsets.UTF_8), "n.yaml", warnings::add);
  }

  @Test
  void everythingCanBeSaid() {
    Node node =
        parse(
            """
            # node-1, as its kubelet sees it
            ---
            name: node-1
            zone: zone-a
            addresses:
            - {address: 192.168.0.3}
            - {address: 192.168.0.2, primary: true}
            - {address: "fd00:192::2", primary: true}
            detectLocal: {mode: ClusterCIDR, cidrs: [10.0.0.0/24, "fd00:10:0:1::/64"]}
            nodePortAddresses: [192.168.0.0/24]
            localhostNodePorts: false
            masqueradeAll: true
            serviceCIDRs: [172.30.0.0/16]
            conntrackTCPBeLiberal: true
            """);
    assertEquals(
        new Node(
            "node-1",
            Optional.of("zone-a"),
            List.of(
                new Node.Address(IpAddress.of("192.168.0.3"), false),
                new Node.Address(IpAddress.of("192.168.0.2"), true),
                new Node.Address(IpAddress.of("fd00:192::2"), true)),
            new LocalPods.Cidrs(
                List.of(IpPrefix.of("10.0.0.0/24"), IpPrefix.of("fd00:10:0:1::/64"))),
            new NodePortRanges.Within(List.of(IpPrefix.of("192.168.0.0/24"))),
            false,
            true,
            List.of(IpPrefix.of("172.30.0.0/16")),
            true),
        node);
    assertEquals(Optional.of(IpAddress.of("192.168.0.2")), node.primary(IpFamily.V4));
    assertEquals(new NodeIdentity("node-1", Optional.of("zone-a")), node.identity());
    assertEquals(List.of(), warnings);
  }

  @Test
  void aNameIsEnough() {
    assertEquals(
        new Node(
            "n1",
            Optional.empty(),
            List.of(),
            new LocalPods.Unknown(),
            new NodePortRanges.Unset(),
            true,
            false,
            List.of(),
            false),
        parse("{\"name\": \"n1\"}"));
  }

  @Test
  void withoutAMarkTheFirstReachableAddressIsPrimary() {
    Node node =
        parse(
            "{name: n1, addresses: [{address: 127.0.0.1}, {address: 169.254.0.1},"
                + " {address: 192.168.0.2}, {address: 192.168.0.3}]}");
    assertEquals(Optional.of(IpAddress.of("192.168.0.2")), node.primary(IpFamily.V4));
    assertEquals(Optional.empty(), node.primary(IpFamily.V6));
  }

  @Test
  void podsCanBeKnownByTheirInterfaces() {
    assertEquals(
        new LocalPods.Bridge("cni0"),
        parse("{name: n1, detectLocal: {mode: BridgeInterface, interface: cni0}}").localPods());
    assertEquals(
        new LocalPods.InterfacePrefix("veth"),
        parse("{name: n1, detectLocal: {mode: InterfaceNamePrefix, prefix: veth}}").localPods());
    assertEquals(
        new LocalPods.Unknown(), parse("{name: n1, detectLocal: {mode: None}}").localPods());
  }

  @Test
  void primaryIsAWordForNodePortAddresses() {
    assertEquals(
        new NodePortRanges.Primary(),
        parse("{name: n1, nodePortAddresses: [primary]}").nodePortRanges());
    assertEquals(
        new NodePortRanges.Unset(), parse("{name: n1, nodePortAddresses: []}").nodePortRanges());
  }

  @Test
  void unknownFieldsAreTold() {
    parse("{name: n1, nodeportAddresses: []}");
    assertEquals(
        List.of("n.yaml: nodeportAddresses is not known of a node, and not heeded"), warnings);
  }

  @Test
  void whatIsPrintedIsReadAsTheSame() {
    for (String more :
        List.of(
            "",
            ", zone: \"no\", addresses: [{address: 10.0.0.1}, {address: 'fd00::1', primary: true}]",
            ", detectLocal: {mode: NodeCIDR, cidrs: [10.0.0.0/24, 'fd00::/64']}",
            ", detectLocal: {mode: BridgeInterface, interface: br0}, masqueradeAll: true",
            ", detectLocal: {mode: InterfaceNamePrefix, prefix: veth}, localhostNodePorts: false",
            ", nodePortAddresses: [primary], serviceCIDRs: [10.96.0.0/12]",
            ", nodePortAddresses: [10.0.0.0/8], conntrackTCPBeLiberal: true")) {
      Node node = parse("{name: n1" + more + "}");
      assertEquals(node, parse(node.print()), node::print);
    }
    assertEquals(List.of(), warnings);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|name is missing, but should be the name that the cluster knows the node by",
        "{name: 7}|name is 7, but should be a string, in quotes",
        "{name: n1, addresses: [{address: 10.0.0.1/8}]}"
            + "|addresses[0].address is \"10.0.0.1/8\", but should be an IP address",
        "{name: n1, addresses: [{address: 10.0.0.1, primary: true},"
            + " {address: 10.0.0.2, primary: true}]}|addresses[1].primary is true, but only one",
        "{name: n1, addresses: 10.0.0.1}|addresses is \"10.0.0.1\", but should be a list",
        "{name: n1, detectLocal: {mode: Cidr}}|detectLocal.mode is \"Cidr\", but should be one of"
            + " BridgeInterface, ClusterCIDR, InterfaceNamePrefix, NodeCIDR, None",
        "{name: n1, detectLocal: {mode: ClusterCIDR}}|detectLocal.cidrs is missing, but should name",
        "{name: n1, detectLocal: {mode: NodeCIDR, cidrs: [10.0.0.0/24, 10.0.1.0/24]}}"
            + "|detectLocal.cidrs[1] is \"10.0.1.0/24\", but should be the only network of its",
        "{name: n1, detectLocal: {mode: BridgeInterface, interface: 'a b'}}"
            + "|detectLocal.interface is \"a b\", but should be 1 to 15 characters",
        "{name: n1, nodePortAddresses: [primary, 10.0.0.0/8]}"
            + "|nodePortAddresses[0] is \"primary\", but should be a network",
        "{name: n1, localhostNodePorts: 'yes'}"
            + "|localhostNodePorts is \"yes\", but should be true or false, without quotes",
        "[n]|n.yaml is a list, but should be one object",
        "''|n.yaml is a string, but should be one object",
      })
  void whatCannotBeIsRefused(String text, String message) {
    InputException refused = assertThrows(InputException.class, () -> parse(text));
    String whole = message.startsWith("n.yaml") ? message : "n.yaml: " + message;
    assertStarts(whole, refused);
  }

  private static void assertStarts(String start, InputException refused) {
    String message = String.valueOf(refused.getMessage());
    assertTrue(message.startsWith(start), message);
  }

  @Test
  void severalDocumentsAreRefused() {
    InputException refused =
        assertThrows(InputException.class, () -> parse("name: a\n---\nname: b\n"));
    assertEquals("n.yaml has 2 documents, but should be one object", refused.getMessage());
  }

  @Test
  void aMistakeOfYamlIsToldWithItsLine() {
    InputException refused = assertThrows(InputException.class, () -> parse("name: a\nzone: [\n"));
    assertStarts("n.yaml (line ", refused);
  }

  @Test
  void aFileThatIsNotThereIsTold() {
    InputException refused =
        assertThrows(
            InputException.class, () -> Node.read(Path.of("/nowhere/n.yaml"), warnings::add));
    assertEquals("there is no file /nowhere/n.yaml", refused.getMessage());
  }
}

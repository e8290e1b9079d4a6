package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.kernel.InterfaceAddress;
import dev.weft.kernel.Link;
import dev.weft.kernel.LinkChange;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.kernel.NewLink;
import dev.weft.kernel.Route;
import dev.weft.kernel.memory.InMemoryKernel;
import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import dev.weft.services.LocalPods;
import dev.weft.services.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node is known for without anybody describing it. */
class LiveNodeTest {
  private final NetworkNamespace here = new InMemoryKernel().own();

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path networks;

  private Node discover() {
    return new LiveNode(here, networks).discover("node-1");
  }

  private Link bridge(String name, String... prefixes) {
    Link link =
        here.create(new NewLink.Bridge(name, Optional.empty(), OptionalInt.empty(), 0, false));
    here.change(link.index(), new LinkChange.Up());
    for (String prefix : prefixes) {
      here.add(InterfaceAddress.of(link.index(), IpPrefix.of(prefix)));
    }
    return link;
  }

  private void network(String file, String text) throws IOException {
    Files.writeString(networks.resolve(file), text);
  }

  @Test
  void theAddressOfTheDefaultRouteIsPrimary() {
    bridge("cni0", "10.0.0.1/24");
    Link outer = bridge("eth0", "192.168.0.2/24", "192.168.0.3/24", "fd00:192::2/64");
    here.add(Route.via(IpPrefix.of("0.0.0.0/0"), IpAddress.of("192.168.0.254"), outer.index()));
    Node node = discover();
    assertEquals("node-1", node.name());
    assertTrue(node.addresses().contains(new Node.Address(IpAddress.of("192.168.0.2"), true)));
    assertTrue(node.addresses().contains(new Node.Address(IpAddress.of("192.168.0.3"), false)));
    assertTrue(node.addresses().contains(new Node.Address(IpAddress.of("fd00:192::2"), false)));
    assertTrue(node.addresses().contains(new Node.Address(IpAddress.of("10.0.0.1"), false)));
    assertEquals(4, node.addresses().size(), () -> node.addresses().toString());
  }

  @Test
  void thePodsAreInTheSubnetsOfTheNetwork() throws IOException {
    network("20-other.conflist", "{\"name\": \"b\", \"plugins\": [{\"type\": \"macvlan\"}]}");
    network(
        "10-ours.conflist",
        """
        {"name": "a", "plugins": [
          {"type": "bridge", "ipam": {"type": "host-local", "ranges": [
            [{"subnet": "10.1.0.0/16"}], [{"subnet": "fd00:1::/64"}]]}}]}
        """);
    network("05-broken.conflist", "{");
    network(".00-hidden.conflist", "{\"type\": \"loopback\"}");
    assertEquals(
        new LocalPods.Cidrs(List.of(IpPrefix.of("10.1.0.0/16"), IpPrefix.of("fd00:1::/64"))),
        discover().localPods());
  }

  @Test
  void otherwiseTheyAreBehindItsBridge() throws IOException {
    network("10.conf", "{\"name\": \"a\", \"type\": \"bridge\", \"bridge\": \"br0\"}");
    assertEquals(new LocalPods.Unknown(), discover().localPods());
    bridge("br0");
    assertEquals(new LocalPods.Bridge("br0"), discover().localPods());
  }

  @Test
  void withoutANetworkNoPodsAreKnown() throws IOException {
    assertEquals(new LocalPods.Unknown(), discover().localPods());
    Files.delete(networks);
    assertEquals(new LocalPods.Unknown(), discover().localPods());
  }

  @Test
  void connectionTrackingIsAsked() {
    assertFalse(discover().tcpBeLiberal());
    here.sysctl().set("1", "net", "netfilter", "nf_conntrack_tcp_be_liberal");
    assertTrue(discover().tcpBeLiberal());
  }
}

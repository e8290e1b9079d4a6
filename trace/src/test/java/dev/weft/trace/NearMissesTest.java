package dev.weft.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.net.IpAddress;
import dev.weft.services.Protocol;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Where no Service takes a packet, the one is told that it was nearest to, and what differs. */
class NearMissesTest {

  private static void assertNearest(Trace trace, String... lines) {
    assertEquals("null", Scene.field(trace, "dnat"));
    assertEquals(
        List.of(lines),
        trace
            .text()
            .lines()
            .filter(line -> line.startsWith("  nearest: "))
            .map(line -> line.substring(11))
            .toList());
  }

  @Test
  void anotherPort() {
    assertNearest(
        Scene.of(Scene.WEB).trace("10.0.0.7", "172.30.0.1:81"),
        "172.30.0.1 is the cluster IP of shop/web, which serves 80/TCP (http) there, not 81/TCP:"
            + " the port differs");
    assertNearest(
        Scene.of(Scene.WEB).trace("10.0.0.7", "172.30.0.1:8080"),
        "172.30.0.1 is the cluster IP of shop/web, which serves 80/TCP (http) there, not 8080/TCP:"
            + " the port differs; 8080 is the port of its endpoints");
    assertNearest(
        Scene.of(Scene.WEB).trace("10.0.0.7", "172.30.0.1:30080"),
        "172.30.0.1 is the cluster IP of shop/web, which serves 80/TCP (http) there, not 30080/TCP:"
            + " the port differs; 30080 is its node port, which addresses of nodes have");
  }

  @Test
  void anotherProtocol() {
    Flow flow =
        new Flow(
            "",
            IpAddress.of("10.0.0.7"),
            Protocol.UDP,
            AddressPort.parse("172.30.0.1:80").orElseThrow(),
            Optional.empty(),
            Flow.State.NEW,
            List.of());
    assertNearest(
        Scene.of(Scene.WEB).trace(flow),
        "172.30.0.1 is the cluster IP of shop/web, which serves 80/TCP (http) there, not 80/UDP:"
            + " the protocol differs");
  }

  @Test
  void anAddressThatServesNoNodePorts() {
    String node = Scene.NODE + "nodePortAddresses: [10.9.0.0/16]\n";
    assertNearest(
        Scene.of(node, Scene.WEB).trace("203.0.113.9", "192.168.0.2:30080"),
        "30080 is the node port of shop/web:http, but 192.168.0.2 is not served:"
            + " nodePortAddresses has only 10.9.0.0/16");
    assertNearest(
        Scene.of(Scene.NODE + "localhostNodePorts: false\n", Scene.WEB)
            .trace("127.0.0.1", "127.0.0.1:30080"),
        "30080 is the node port of shop/web:http, but 127.0.0.1 is not served:"
            + " localhostNodePorts is off, or nodePortAddresses has other networks");
  }

  @Test
  void anotherNode() {
    assertNearest(
        Scene.of(Scene.WEB).trace("203.0.113.9", "192.168.0.3:30080"),
        "30080 is the node port of shop/web:http, but 192.168.0.3 is no address of this node:"
            + " 192.168.0.2");
  }

  @Test
  void thePortOfTheServiceOnANode() {
    assertNearest(
        Scene.of(Scene.WEB).trace("203.0.113.9", "192.168.0.2:80"),
        "80 is the port of shop/web:http, but on nodes it has 30080");
  }

  @Test
  void theOtherFamily() {
    assertNearest(
        Scene.of(Scene.WEB).trace("fd00::9", "[fd00:192::2]:30080"),
        "30080 is the node port of shop/web:http, but the Service has no cluster IP of this"
            + " packet's family");
  }

  @Test
  void anEndpointItself() {
    assertNearest(
        Scene.of(Scene.WEB).trace("10.0.0.7", "10.0.1.22:8080"),
        "10.0.1.22:8080 is itself an endpoint of shop/web: no Service leads");
  }

  @Test
  void aServiceThatSomebodyElseServes() {
    String labelled =
        Scene.WEB.replace(
            "namespace: shop}\nspec",
            "namespace: shop, labels: {service.kubernetes.io/service-proxy-name: mesh}}\nspec");
    assertNearest(
        Scene.of(labelled).trace("10.0.0.7", "172.30.0.1:80"),
        "172.30.0.1 is an address of shop/web, but its label"
            + " service.kubernetes.io/service-proxy-name is mesh: somebody else serves it");
  }

  @Test
  void aLoadBalancerThatWantsItsPackets() {
    String proxied =
        Scene.WEB
            .replace("type: NodePort", "type: LoadBalancer")
            .replace(
                "---\n",
                "status: {loadBalancer: {ingress: [{ip: 192.0.2.80, ipMode: Proxy}]}}\n---\n");
    assertNearest(
        Scene.of(proxied).trace("10.0.0.7", "192.0.2.80:80"),
        "192.0.2.80 is a load balancer IP of shop/web, but its ipMode is Proxy: it shall go to the"
            + " load balancer itself");
  }

  @Test
  void anAddressThatNoServiceHas() {
    assertNearest(
        Scene.of(Scene.WEB).trace("10.0.0.7", "172.30.0.9:80"),
        "172.30.0.9 is in the range of Services 172.30.0.0/16, but no Service has it",
        "the nearest address with this port is 172.30.0.1, the cluster IP of shop/web:http");
    assertNearest(
        Scene.of(Scene.WEB).trace("10.0.0.7", "198.51.100.9:9999"),
        "no Service, node port or endpoint has this address or anything like it");
  }

  @Test
  void objectsThatCouldNotBeReadAreMentioned() {
    String refused = Scene.WEB.replace("clusterIP: 172.30.0.1", "clusterIP: 172.30.0.01");
    assertNearest(
        Scene.withRefused(refused).trace("10.0.0.7", "198.51.100.9:80"),
        "no Service, node port or endpoint has this address or anything like it",
        "but errors are told of the objects, and one may be the Service that is meant");
  }

  @Test
  void laterPacketsAreNotAskedAbout() {
    Flow flow =
        new Flow(
            "",
            IpAddress.of("10.0.0.7"),
            Protocol.TCP,
            AddressPort.parse("172.30.0.1:80").orElseThrow(),
            Optional.empty(),
            Flow.State.ESTABLISHED,
            List.of());
    String text = Scene.of(Scene.WEB).trace(flow).text();
    assertTrue(text.contains("because only the first packet of a connection"), text);
  }
}

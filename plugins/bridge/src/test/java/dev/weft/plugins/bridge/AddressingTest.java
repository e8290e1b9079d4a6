package dev.weft.plugins.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.cni.CniException;
import dev.weft.cni.Result;
import dev.weft.kernel.InterfaceAddress;
import dev.weft.kernel.Link;
import dev.weft.kernel.NewLink;
import dev.weft.kernel.Route;
import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** The addresses, gateways and routes that an ADD gives. */
class AddressingTest extends BridgeInMemory {
  @Test
  void addGivesAddressesThatAreUsableAtOnce() {
    Result result = plugin.add(dualStack().attach());

    Link pod = podLink("a", "eth0");
    List<InterfaceAddress> addresses = addressesOf("a", pod);
    assertEquals(
        List.of(
            new InterfaceAddress(pod.index(), IpPrefix.of("10.1.0.2/24"), false, false, false),
            InterfaceAddress.of(pod.index(), IpPrefix.of("fd00:1::2/64"))),
        addresses);
    assertEquals("0", pod("a").sysctl().get("net", "ipv6", "conf", "eth0", "accept_dad"));
    assertEquals("1", pod("a").sysctl().get("net", "ipv4", "conf", "eth0", "arp_notify"));
    assertEquals(
        List.of(
            new Result.Ip(IpPrefix.of("10.1.0.2/24"), Optional.empty(), OptionalInt.of(2)),
            new Result.Ip(IpPrefix.of("fd00:1::2/64"), Optional.empty(), OptionalInt.of(2))),
        result.ips());
    assertEquals(List.of(), gatewayAddresses("br0"));
    assertEquals("0", host.sysctl().get("net", "ipv4", "ip_forward"));
  }

  @Test
  void anIpv6AddressTurnsIpv6OnInThePod() {
    pod("a").sysctl().set("1", "net", "ipv6", "conf", "lo", "disable_ipv6");
    pod("a").sysctl().set("1", "net", "ipv6", "conf", "default", "disable_ipv6");
    plugin.add(dualStack().attach());
    assertEquals("0", pod("a").sysctl().get("net", "ipv6", "conf", "eth0", "disable_ipv6"));
    assertEquals("0", pod("a").sysctl().get("net", "ipv6", "conf", "lo", "disable_ipv6"));
    assertEquals("1", pod("a").sysctl().get("net", "ipv6", "conf", "eth0", "keep_addr_on_down"));
  }

  @Test
  void enabledadLeavesDuplicateDetectionOn() {
    plugin.add(dualStack().with("enabledad", "true").attach());
    assertEquals("1", pod("a").sysctl().get("net", "ipv6", "conf", "eth0", "accept_dad"));
    assertEquals("1", pod("a").sysctl().get("net", "ipv6", "conf", "eth0", "enhanced_dad"));
    for (InterfaceAddress address : addressesOf("a", podLink("a", "eth0"))) {
      assertFalse(address.noDuplicateDetection(), address.toString());
    }
  }

  @Test
  void aGatewayHasTheFirstAddressOfEachSubnetAndForwards() {
    Result result = plugin.add(dualStack().with("isGateway", "true").attach());
    assertEquals(
        List.of(IpPrefix.of("10.1.0.1/24"), IpPrefix.of("fd00:1::1/64")), gatewayAddresses("br0"));
    assertEquals("1", host.sysctl().get("net", "ipv4", "ip_forward"));
    assertEquals("1", host.sysctl().get("net", "ipv6", "conf", "all", "forwarding"));
    assertEquals(Optional.of(IpAddress.of("10.1.0.1")), result.ips().getFirst().gateway());
    assertEquals(List.of(), result.routes());
  }

  @Test
  void aDefaultGatewayIsEveryFamilysDefaultRoute() {
    Result result = plugin.add(dualStack().with("isDefaultGateway", "true").attach());
    assertEquals(
        List.of(
            new Result.Route(IpPrefix.of("0.0.0.0/0"), Optional.of(IpAddress.of("10.1.0.1"))),
            new Result.Route(IpPrefix.of("::/0"), Optional.of(IpAddress.of("fd00:1::1")))),
        result.routes());
    assertTrue(hasRoute("a", "0.0.0.0/0", "10.1.0.1"));
    assertTrue(hasRoute("a", "::/0", "fd00:1::1"));
  }

  @Test
  void aDefaultRouteOfIpamWithoutGatewayGoesToTheBridge() {
    AddressPool pool =
        new AddressPool("10.1.0.0/24")
            .route(new Result.Route(IpPrefix.of("0.0.0.0/0"), Optional.empty()));
    Result result = plugin.add(Call.withPool(pool).with("isDefaultGateway", "true").attach());
    assertEquals(
        List.of(new Result.Route(IpPrefix.of("0.0.0.0/0"), Optional.of(IpAddress.of("10.1.0.1")))),
        result.routes());
    assertTrue(hasRoute("a", "0.0.0.0/0", "10.1.0.1"));
  }

  @Test
  void aDefaultRouteOfIpamThatHasAGatewayIsKept() {
    AddressPool pool =
        new AddressPool("10.1.0.0/24")
            .route(
                new Result.Route(IpPrefix.of("0.0.0.0/0"), Optional.of(IpAddress.of("10.1.0.9"))));
    plugin.add(Call.withPool(pool).with("isDefaultGateway", "true").attach());
    assertTrue(hasRoute("a", "0.0.0.0/0", "10.1.0.9"));
    assertFalse(hasRoute("a", "0.0.0.0/0", "10.1.0.1"));
  }

  @Test
  void routesHaveWhatIpamSaysOfThem() {
    Result.Route route =
        new Result.Route(
            IpPrefix.of("10.9.0.0/16"),
            Optional.of(IpAddress.of("10.1.0.7")),
            OptionalInt.of(1300),
            OptionalInt.of(1200),
            OptionalLong.of(77),
            OptionalLong.of(100),
            OptionalInt.empty());
    Result result = plugin.add(Call.withPool(new AddressPool("10.1.0.0/24").route(route)).attach());
    assertEquals(List.of(route), result.routes());
    Route made = pod("a").routes().stream().filter(r -> r.table() == 100).findFirst().orElseThrow();
    assertEquals(IpPrefix.of("10.9.0.0/16"), made.destination());
    assertEquals(Optional.of(IpAddress.of("10.1.0.7")), made.gateway());
    assertEquals(OptionalInt.of(1300), made.mtu());
    assertEquals(OptionalInt.of(1200), made.advertisedMss());
    assertEquals(77, made.priority());
  }

  @Test
  void aRouteOfLinkScopeHasNoGateway() {
    AddressPool pool =
        new AddressPool("10.1.0.0/24")
            .route(
                new Result.Route(
                    IpPrefix.of("10.9.0.0/16"),
                    Optional.empty(),
                    OptionalInt.empty(),
                    OptionalInt.empty(),
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    OptionalInt.of(253)));
    plugin.add(Call.withPool(pool).with("isGateway", "true").attach());
    Route made =
        pod("a").routes().stream()
            .filter(r -> r.destination().equals(IpPrefix.of("10.9.0.0/16")))
            .findFirst()
            .orElseThrow();
    assertEquals(Optional.empty(), made.gateway());
    assertEquals(Route.Scope.LINK, made.scope());
  }

  @Test
  void aRouteWithoutGatewayTakesItsFamilys() {
    AddressPool pool =
        new AddressPool("10.1.0.0/24")
            .naming()
            .route(new Result.Route(IpPrefix.of("10.9.0.0/16"), Optional.empty()))
            .route(new Result.Route(IpPrefix.of("10.1.0.0/24"), Optional.empty()));
    plugin.add(Call.withPool(pool).attach());
    assertTrue(hasRoute("a", "10.9.0.0/16", "10.1.0.1"));
  }

  @Test
  void twoPodsShareTheGatewaysAddress() {
    Call call = dualStack().with("isGateway", "true");
    plugin.add(call.attach());
    plugin.add(call.container("b").attach());
    assertEquals(2, gatewayAddresses("br0").size());
  }

  @Test
  void anotherAddressOnTheBridgeStaysUnlessForced() {
    Call call = Call.withPool(new AddressPool("10.1.0.0/24")).with("isGateway", "true");
    plugin.add(call.attach());
    Call other =
        Call.withPool(new AddressPool("10.2.0.0/24")).container("b").with("isGateway", "true");
    CniException refused = refused(() -> plugin.add(other.attach()));
    assertEquals(7, refused.code());
    assertTrue(message(refused).contains("forceAddress"), message(refused));
    assertEquals(List.of(IpPrefix.of("10.1.0.1/24")), gatewayAddresses("br0"));

    plugin.add(other.with("forceAddress", "true").attach());
    assertEquals(List.of(IpPrefix.of("10.2.0.1/24")), gatewayAddresses("br0"));
  }

  @Test
  void ipv6NetworksThatDoNotOverlapShareABridge() {
    plugin.add(Call.withPool(new AddressPool("fd00:1::/64")).with("isGateway", "true").attach());
    plugin.add(
        Call.withPool(new AddressPool("fd00:2::/64"))
            .container("b")
            .with("isGateway", "true")
            .attach());
    assertEquals(
        List.of(IpPrefix.of("fd00:1::1/64"), IpPrefix.of("fd00:2::1/64")), gatewayAddresses("br0"));
    Call overlapping =
        Call.withPool(new AddressPool("fd00:1::/48")).container("c").with("isGateway", "true");
    kernel.addNamespace(Path.of("/run/netns/c"));
    assertEquals(7, refused(() -> plugin.add(overlapping.attach())).code());
  }

  @Test
  void twoSubnetsOfOneFamilyHaveAGatewayEach() {
    Call call =
        Call.withPool(new AddressPool("10.1.0.0/24", "10.2.0.0/24"))
            .with("isDefaultGateway", "true");
    plugin.add(call.attach());
    plugin.add(call.container("b").attach());
    assertEquals(
        List.of(IpPrefix.of("10.1.0.1/24"), IpPrefix.of("10.2.0.1/24")), gatewayAddresses("br0"));
  }

  @Test
  void aBridgeThatLostItsPortsMayStillBecomeAGateway() {
    Link made =
        host.create(new NewLink.Bridge("br0", Optional.empty(), OptionalInt.empty(), 0, false));
    plugin.add(Call.layerTwo().attach());
    plugin.del(Call.layerTwo().detach());
    plugin.add(Call.withPool(new AddressPool("10.1.0.0/24")).with("isGateway", "true").attach());
    assertEquals(made.index(), hostLink("br0").index());
  }
}

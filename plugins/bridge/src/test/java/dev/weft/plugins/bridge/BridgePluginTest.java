package dev.weft.plugins.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.cni.CniException;
import dev.weft.cni.Result;
import dev.weft.kernel.BridgePort;
import dev.weft.kernel.BridgeVlan;
import dev.weft.kernel.InterfaceAddress;
import dev.weft.kernel.Link;
import dev.weft.kernel.LinkChange;
import dev.weft.kernel.Neighbour;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.kernel.NewLink;
import dev.weft.kernel.Route;
import dev.weft.kernel.memory.InMemoryKernel;
import dev.weft.kernel.memory.KernelFeature;
import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import dev.weft.net.MacAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What ADD makes of each option, on the kernel in memory. */
class BridgePluginTest {
  private final InMemoryKernel kernel = new InMemoryKernel();
  private final BridgePlugin plugin = new BridgePlugin(kernel);
  private final NetworkNamespace host = kernel.own();

  @BeforeEach
  void addNamespaces() {
    kernel.addNamespace(Path.of("/run/netns/a"));
    kernel.addNamespace(Path.of("/run/netns/b"));
  }

  @Test
  void addMakesAVethFromTheContainerToTheBridge() {
    Result result = plugin.add(Call.layerTwo().attach());

    Link bridge = hostLink("br0");
    Link pod = podLink("a", "eth0");
    Link port = portOf(pod);
    assertTrue(bridge.up());
    assertTrue(port.up());
    assertTrue(pod.up());
    assertEquals(OptionalInt.of(bridge.index()), port.master());
    assertEquals(Optional.of("weft: net=blue id=a if=eth0"), port.alias());
    assertEquals(VethMark.groupOf("blue"), port.group());
    assertEquals(
        List.of(
            new Result.Interface("br0", bridge.mac().toString(), OptionalInt.of(1500), ""),
            new Result.Interface(port.name(), port.mac().toString(), OptionalInt.of(1500), ""),
            new Result.Interface(
                "eth0", pod.mac().toString(), OptionalInt.of(1500), "/run/netns/a")),
        result.interfaces());
    assertEquals(List.of(), result.ips());
  }

  @Test
  void theBridgeKeepsItsMacWhateverItsPorts() {
    plugin.add(Call.layerTwo().attach());
    MacAddress before = hostLink("br0").mac();
    plugin.add(
        Call.layerTwo()
            .container("b")
            .with("runtimeConfig", "{'mac':'00:00:00:00:00:01'}")
            .attach());
    Link low =
        host.create(
            new NewLink.Veth(
                "low",
                Optional.of(MacAddress.of("00:00:00:00:00:02")),
                OptionalInt.empty(),
                0,
                new NewLink.Peer(host, "low-peer", Optional.empty(), OptionalInt.empty())));
    host.change(low.index(), new LinkChange.Master(hostLink("br0").index()));
    assertEquals(before, hostLink("br0").mac());
  }

  @Test
  void theBridgeTakesNoRoutesFromAdvertisements() {
    plugin.add(Call.layerTwo().attach());
    assertEquals("0", host.sysctl().get("net", "ipv6", "conf", "br0", "accept_ra"));
  }

  @Test
  void aBridgeThatOthersMadeIsUsedAsItIs() {
    Link made =
        host.create(new NewLink.Bridge("br0", Optional.empty(), OptionalInt.empty(), 0, false));
    host.change(made.index(), new LinkChange.Up());
    plugin.add(Call.layerTwo().with("mtu", "1400").attach());
    assertEquals(made.index(), hostLink("br0").index());
    assertEquals("1", host.sysctl().get("net", "ipv6", "conf", "br0", "accept_ra"));
  }

  @Test
  void aLinkOfAnotherKindInTheBridgesPlaceIsCode7() {
    host.create(
        new NewLink.Veth(
            "br0",
            Optional.empty(),
            OptionalInt.empty(),
            0,
            new NewLink.Peer(host, "other", Optional.empty(), OptionalInt.empty())));
    assertEquals(7, refused(() -> plugin.add(Call.layerTwo().attach())).code());
    assertEquals(50, refused(() -> plugin.status(Call.layerTwo().network())).code());
  }

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

  @Test
  void mtuIsThatOfTheBridgeAndBothEnds() {
    Result result = plugin.add(Call.layerTwo().with("mtu", "1400").attach());
    assertEquals(1400, hostLink("br0").mtu());
    for (Result.Interface made : result.interfaces()) {
      assertEquals(OptionalInt.of(1400), made.mtu());
    }
  }

  @Test
  void theContainersMacIsTheOneAskedFor() {
    Result result =
        plugin.add(Call.layerTwo().with("runtimeConfig", "{'mac':'02:00:00:00:00:77'}").attach());
    assertEquals("02:00:00:00:00:77", result.interfaces().get(2).mac());
    assertEquals(MacAddress.of("02:00:00:00:00:77"), podLink("a", "eth0").mac());
  }

  @Test
  void portOptionsAreSetOnThePort() {
    plugin.add(Call.layerTwo().with("hairpinMode", "true").with("portIsolation", "true").attach());
    assertEquals(Optional.of(new BridgePort(true, true)), portOf(podLink("a", "eth0")).port());
  }

  @Test
  void promiscModeIsTheBridges() {
    plugin.add(Call.layerTwo().with("promiscMode", "true").attach());
    assertTrue(hostLink("br0").promiscuous());
  }

  @Test
  void aDisabledContainerInterfaceIsLeftDown() {
    Call call = Call.layerTwo().with("disableContainerInterface", "true");
    Result result = plugin.add(call.attach());
    assertFalse(podLink("a", "eth0").up());
    plugin.check(call.after(result).attach());
  }

  @Test
  void dnsOfTheConfigurationWins() {
    Result result = plugin.add(dualStack().with("dns", "{'nameservers':['10.1.0.9']}").attach());
    assertEquals(List.of("10.1.0.9"), result.dns().nameservers());
  }

  @Test
  void aVlanIsThePortsOnlyOneUnlessTheDefaultIsPreserved() {
    plugin.add(Call.layerTwo().with("vlan", "5").attach());
    assertEquals(List.of(BridgeVlan.untagged(5)), vlansOfPort("a"));
    plugin.add(
        Call.layerTwo()
            .container("b")
            .with("vlan", "5")
            .with("preserveDefaultVlan", "true")
            .attach());
    assertEquals(
        List.of(new BridgeVlan(1, 1, false, true), BridgeVlan.untagged(5)), vlansOfPort("b"));
  }

  @Test
  void aTrunkIsTaggedBesideItsUntaggedVlan() {
    plugin.add(Call.layerTwo().with("vlanTrunk", "[{'minID':7,'maxID':8}]").attach());
    assertEquals(List.of(BridgeVlan.untagged(1), BridgeVlan.tagged(7, 8)), vlansOfPort("a"));
  }

  @Test
  void theGatewayOfAVlanIsAnInterfaceInIt() {
    Call call =
        Call.withPool(new AddressPool("10.1.0.0/24")).with("vlan", "5").with("isGateway", "true");
    Result result = plugin.add(call.attach());
    plugin.add(call.container("b").attach());

    Link gateway = hostLink("br0.5");
    Link port = host.link(((Link.Kind.Veth) gateway.kind()).peerIndex()).orElseThrow();
    assertTrue(gateway.up());
    assertTrue(port.up());
    assertEquals(OptionalInt.of(hostLink("br0").index()), port.master());
    assertEquals(List.of(BridgeVlan.untagged(5)), host.vlans(port.index()));
    assertEquals(List.of(IpPrefix.of("10.1.0.1/24")), gatewayAddresses("br0.5"));
    assertEquals(List.of(), gatewayAddresses("br0"));
    assertEquals("br0.5", result.interfaces().get(3).name());
  }

  @Test
  void aKernelWithoutVlansRefusesThemBeforeAnythingIsChanged() {
    InMemoryKernel poor = InMemoryKernel.without(KernelFeature.VLAN_FILTERING);
    poor.addNamespace(Path.of("/run/netns/a"));
    BridgePlugin onPoor = new BridgePlugin(poor);
    var before = poor.state();
    CniException refused = refused(() -> onPoor.add(Call.layerTwo().with("vlan", "5").attach()));
    assertEquals(2, refused.code());
    assertTrue(message(refused).contains("vlan is 5"), message(refused));
    assertEquals(before, poor.state());

    onPoor.add(Call.layerTwo().attach());
    var withBridge = poor.state();
    Call trunk = Call.layerTwo().ifName("eth1").with("vlanTrunk", "[{'id':5}]");
    assertEquals(2, refused(() -> onPoor.add(trunk.attach())).code());
    assertEquals(50, refused(() -> onPoor.status(trunk.network())).code());
    assertEquals(withBridge, poor.state());
  }

  @Test
  void aMachineWithoutABackEndRefusesRulesBeforeAnythingIsChanged() {
    Call masquerade = dualStack().with("ipMasq", "true");
    Call byNftables = masquerade.with("ipMasqBackend", "'nftables'");
    Call spoofCheck = Call.layerTwo().with("macspoofchk", "true");
    KernelFeature ip = KernelFeature.NFTABLES_FOR_IP;
    assertRefusesRules(masquerade, "ipMasq is true", ip, KernelFeature.IPTABLES);
    assertRefusesRules(byNftables, "ipMasqBackend is \"nftables\"", ip);
    assertRefusesRules(spoofCheck, "macspoofchk is true", KernelFeature.NFTABLES_FOR_BRIDGES);
  }

  private static void assertRefusesRules(Call call, String words, KernelFeature... missing) {
    InMemoryKernel poor = InMemoryKernel.without(missing);
    poor.addNamespace(Path.of("/run/netns/a"));
    BridgePlugin onPoor = new BridgePlugin(poor);
    var before = poor.state();
    CniException refusedAdd = refused(() -> onPoor.add(call.attach()));
    assertEquals(2, refusedAdd.code());
    assertTrue(message(refusedAdd).contains(words), message(refusedAdd));
    CniException notReady = refused(() -> onPoor.status(call.network()));
    assertEquals(50, notReady.code());
    assertEquals(message(refusedAdd), message(notReady));
    assertEquals(before, poor.state());
  }

  @Test
  void aBridgeThatSomebodyTookItsDefaultVlanFromServesVlans() {
    Link bridge =
        host.create(new NewLink.Bridge("br0", Optional.empty(), OptionalInt.empty(), 0, false));
    host.change(bridge.index(), new LinkChange.DefaultPvid(0));
    Call call = Call.layerTwo().with("vlan", "5");
    plugin.status(call.network());
    plugin.add(call.attach());
    assertEquals(List.of(BridgeVlan.untagged(5)), vlansOfPort("a"));
  }

  @Test
  void aSecondAddOfOneAttachmentKeepsTheFirst() {
    plugin.add(dualStack().attach());
    var before = kernel.state();
    CniException refused = refused(() -> plugin.add(dualStack().attach()));
    assertEquals(4, refused.code());
    assertTrue(message(refused).contains("CNI_IFNAME is eth0"), message(refused));
    assertEquals(before, kernel.state());
  }

  @Test
  void oneContainerMayHaveSeveralAttachments() {
    Call call = Call.withPool(new AddressPool("10.1.0.0/24"));
    plugin.add(call.attach());
    plugin.add(call.ifName("eth1").attach());
    plugin.del(call.ifName("eth1").detach());
    assertTrue(podLink("a", "eth0").up());
    assertEquals(Optional.empty(), pod("a").link("eth1"));
  }

  @Test
  void anInterfaceOfAnotherNetworkIsNeitherReplacedNorDeleted() {
    plugin.add(Call.layerTwo().attach());
    Call red = Call.layerTwo().with("name", "'red'");
    assertEquals(4, refused(() -> plugin.add(red.attach())).code());
    plugin.del(red.detach());
    assertTrue(podLink("a", "eth0").up());
  }

  @Test
  void aStaleNeighbourOfTheAddressIsForgotten() {
    Call call = Call.withPool(new AddressPool("10.1.0.0/24")).with("isGateway", "true");
    plugin.add(call.attach());
    plugin.del(call.detach());
    IpAddress reused = IpAddress.of("10.1.0.2");
    host.replace(
        new Neighbour.Resolved(
            hostLink("br0").index(),
            reused,
            Optional.of(MacAddress.of("02:00:00:00:00:01")),
            false));
    plugin.add(call.container("b").attach());
    for (Neighbour neighbour : host.neighbours()) {
      assertFalse(
          neighbour instanceof Neighbour.Resolved resolved && resolved.address().equals(reused),
          neighbour.toString());
    }
  }

  @Test
  void anIpamPluginWithoutAddressesFailsTheAddAndGetsDel() {
    AddressPool pool = new AddressPool();
    assertEquals(7, refused(() -> plugin.add(Call.withPool(pool).attach())).code());
    assertEquals(List.of("ADD", "DEL"), pool.calls());
    assertTrue(pool.isEmpty());
    assertEquals(Optional.empty(), pod("a").link("eth0"));
  }

  @Test
  void anErrorOfTheIpamPluginKeepsItsCode() {
    AddressPool pool = new AddressPool("10.1.0.0/24");
    pool.failWith(117, "no addresses left");
    CniException refused = refused(() -> plugin.add(Call.withPool(pool).attach()));
    assertEquals(117, refused.code());
    assertEquals(Optional.empty(), pod("a").link("eth0"));
  }

  @Test
  void aNamespaceThatIsNoneIsCode8() {
    assertEquals(8, refused(() -> plugin.add(Call.layerTwo().container("none").attach())).code());
  }

  @Test
  void statusAsksTheIpamPluginAndChangesNothing() {
    AddressPool pool = new AddressPool("10.1.0.0/24");
    var before = kernel.state();
    plugin.status(Call.withPool(pool).network());
    assertEquals(List.of("STATUS"), pool.calls());
    assertEquals(before, kernel.state());
    pool.failWith(50, "no addresses left");
    assertEquals(50, refused(() -> plugin.status(Call.withPool(pool).network())).code());
  }

  private static Call dualStack() {
    return Call.withPool(new AddressPool("10.1.0.0/24", "fd00:1::/64"));
  }

  private NetworkNamespace pod(String name) {
    return kernel.open(Path.of("/run/netns/" + name));
  }

  private Link podLink(String pod, String name) {
    return pod(pod).link(name).orElseThrow();
  }

  private Link hostLink(String name) {
    return host.link(name).orElseThrow();
  }

  private Link portOf(Link pod) {
    return host.link(((Link.Kind.Veth) pod.kind()).peerIndex()).orElseThrow();
  }

  private List<BridgeVlan> vlansOfPort(String pod) {
    return host.vlans(portOf(podLink(pod, "eth0")).index());
  }

  private List<InterfaceAddress> addressesOf(String pod, Link link) {
    return pod(pod).addresses().stream()
        .filter(address -> address.linkIndex() == link.index())
        .filter(address -> !address.prefix().address().isLinkLocal())
        .toList();
  }

  private List<IpPrefix> gatewayAddresses(String name) {
    return host.addresses().stream()
        .filter(address -> address.linkIndex() == hostLink(name).index())
        .map(InterfaceAddress::prefix)
        .filter(prefix -> !prefix.address().isLinkLocal())
        .toList();
  }

  private boolean hasRoute(String pod, String destination, String gateway) {
    return pod(pod).routes().stream()
        .anyMatch(
            route ->
                route.destination().equals(IpPrefix.of(destination))
                    && route.gateway().equals(Optional.of(IpAddress.of(gateway))));
  }

  private static CniException refused(Runnable work) {
    return assertThrows(CniException.class, work::run);
  }

  private static String message(CniException e) {
    return String.valueOf(e.getMessage());
  }
}

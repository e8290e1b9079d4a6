package dev.weft.plugins.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.cni.CniException;
import dev.weft.cni.Result;
import dev.weft.kernel.BridgePort;
import dev.weft.kernel.Link;
import dev.weft.kernel.LinkChange;
import dev.weft.kernel.Neighbour;
import dev.weft.kernel.NewLink;
import dev.weft.net.IpAddress;
import dev.weft.net.MacAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What ADD makes of each option of the link and its port, and what it refuses. */
class BridgePluginTest extends BridgeInMemory {
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
}

package dev.weft.plugins.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.cni.CniException;
import dev.weft.cni.Result;
import dev.weft.iptables.Masquerade;
import dev.weft.iptables.SpoofCheck;
import dev.weft.kernel.BridgeVlan;
import dev.weft.kernel.InterfaceAddress;
import dev.weft.kernel.Link;
import dev.weft.kernel.LinkChange;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.kernel.NewLink;
import dev.weft.kernel.Route;
import dev.weft.kernel.memory.InMemoryKernel;
import dev.weft.net.IpPrefix;
import dev.weft.net.MacAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** CHECK finds every single damage, and no other. */
class InspectTest {
  private static final IpPrefix ADDRESS = IpPrefix.of("10.1.0.2/24");
  private static final IpPrefix GATEWAY = IpPrefix.of("10.1.0.1/24");

  private final InMemoryKernel kernel = new InMemoryKernel();
  private final BridgePlugin plugin = new BridgePlugin(kernel);
  private final NetworkNamespace host = kernel.own();
  private final Call call =
      Call.withPool(new AddressPool("10.1.0.0/24"))
          .with("isDefaultGateway", "true")
          .with("ipMasq", "true")
          .with("macspoofchk", "true")
          .with("portIsolation", "true");

  @BeforeEach
  void addNamespace() {
    kernel.addNamespace(Path.of("/run/netns/a"));
  }

  @Test
  void anAttachmentAsAddLeftItPasses() {
    check(call);
  }

  @Test
  void anAttachmentWithoutIpamPasses() {
    check(Call.layerTwo());
  }

  @Test
  void aMissingBridge() {
    assertFinds("br0", () -> host.deleteLink(bridge().index()));
  }

  @Test
  void aBridgeThatIsDown() {
    assertFinds("br0 is down", () -> host.change(bridge().index(), new LinkChange.Down()));
  }

  @Test
  void aMissingContainerInterface() {
    assertFinds("eth0 is missing", () -> container().deleteLink(pod().index()));
  }

  @Test
  void aContainerInterfaceOfAnotherKind() {
    assertFinds(
        "eth0 is no veth",
        () -> {
          Optional<MacAddress> mac = Optional.of(pod().mac());
          container().deleteLink(pod().index());
          container().create(new NewLink.Bridge("eth0", mac, OptionalInt.empty(), 0, false));
        });
  }

  @Test
  void aContainerInterfaceThatIsDown() {
    assertFinds("eth0 is down", () -> container().change(pod().index(), new LinkChange.Down()));
  }

  @Test
  void anotherMac() {
    assertFinds(
        "MAC",
        () ->
            container()
                .change(pod().index(), new LinkChange.Mac(MacAddress.of("02:00:00:00:00:99"))));
  }

  @Test
  void aPortThatIsDown() {
    assertFinds("is down", () -> host.change(port().index(), new LinkChange.Down()));
  }

  @Test
  void aPortOutsideTheBridge() {
    assertFinds("no port of", () -> host.change(port().index(), new LinkChange.NoMaster()));
  }

  @Test
  void aPortThatIsNoLongerIsolated() {
    assertFinds("portIsolation", () -> host.change(port().index(), new LinkChange.Isolated(false)));
  }

  @Test
  void aPortThatIsNoLongerInHairpinMode() {
    assertFinds(
        Call.layerTwo().with("hairpinMode", "true"),
        "hairpinMode",
        () -> host.change(port().index(), new LinkChange.Hairpin(false)));
  }

  @Test
  void aBridgeThatIsNoLongerPromiscuous() {
    assertFinds(
        Call.layerTwo().with("promiscMode", "true"),
        "promiscMode",
        () -> host.change(bridge().index(), new LinkChange.Promiscuous(false)));
  }

  @Test
  void aVlanThatIsMissing() {
    assertFinds(
        Call.layerTwo().with("vlan", "5"),
        "VLANs",
        () -> host.removeVlans(port().index(), List.of(BridgeVlan.untagged(5))));
  }

  @Test
  void aBridgeThatNoLongerKeepsVlansApart() {
    assertFinds(
        Call.layerTwo().with("vlan", "5"),
        "VLANs",
        () -> host.change(bridge().index(), new LinkChange.VlanFiltering(false)));
  }

  @Test
  void aMissingAddress() {
    assertFinds(
        "10.1.0.2/24", () -> container().remove(InterfaceAddress.of(pod().index(), ADDRESS)));
  }

  @Test
  void aMissingRoute() {
    assertFinds("0.0.0.0/0", () -> container().remove(defaultRoute()));
  }

  @Test
  void aMissingGatewayAddress() {
    assertFinds("10.1.0.1/24", () -> host.remove(InterfaceAddress.of(bridge().index(), GATEWAY)));
  }

  @Test
  void aMissingMasquerade() {
    assertFinds(
        "masquerade",
        () -> Masquerade.on(host, Optional.empty()).remove(Owners.of("blue", call.attachment())));
  }

  @Test
  void aMissingSpoofCheck() {
    assertFinds("frames", () -> SpoofCheck.on(host).remove(Owners.of("blue", call.attachment())));
  }

  @Test
  void aLeaseThatIsGone() {
    assertFinds(
        "nothing is held", () -> call.pool().delegates(Optional.of(call.attachment())).del("pool"));
  }

  @Test
  void aRouteThatALaterPluginMovedToAnotherTableIsFine() {
    Result result = plugin.add(call.attach());
    Route route = defaultRoute();
    container().remove(route);
    container().add(route.inTable(100));
    plugin.check(call.after(result).attach());
  }

  @Test
  void anMtuAndAnAddressThatLaterPluginsChangedAreFine() {
    Result result = plugin.add(call.attach());
    container().change(pod().index(), new LinkChange.Mtu(1300));
    container().add(InterfaceAddress.of(pod().index(), IpPrefix.of("10.7.0.2/24")));
    plugin.check(call.after(result).attach());
  }

  private void assertFinds(String words, Runnable damage) {
    assertFinds(call, words, damage);
  }

  private void assertFinds(Call attached, String words, Runnable damage) {
    Result result = plugin.add(attached.attach());
    plugin.check(attached.after(result).attach());
    damage.run();
    CniException found =
        assertThrows(CniException.class, () -> plugin.check(attached.after(result).attach()));
    assertEquals(101, found.code());
    assertTrue(String.valueOf(found.getMessage()).contains(words), found.getMessage());
  }

  private void check(Call attached) {
    Result result = plugin.add(attached.attach());
    var before = kernel.state();
    plugin.check(attached.after(result).attach());
    assertEquals(before, kernel.state());
  }

  private NetworkNamespace container() {
    return kernel.open(Path.of("/run/netns/a"));
  }

  private Link pod() {
    return container().link("eth0").orElseThrow();
  }

  private Link bridge() {
    return host.link("br0").orElseThrow();
  }

  private Link port() {
    return host.link(VethMark.of("blue", call.attachment()).name()).orElseThrow();
  }

  private Route defaultRoute() {
    return container().routes().stream()
        .filter(route -> route.destination().length() == 0)
        .findFirst()
        .orElseThrow();
  }
}

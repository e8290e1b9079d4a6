package dev.weft.plugins.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.cni.CniException;
import dev.weft.cni.Result;
import dev.weft.kernel.BridgeVlan;
import dev.weft.kernel.Link;
import dev.weft.kernel.LinkChange;
import dev.weft.kernel.NewLink;
import dev.weft.kernel.memory.InMemoryKernel;
import dev.weft.kernel.memory.KernelFeature;
import dev.weft.net.IpPrefix;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** The VLANs of a port and of the gateway, and refusals before anything is changed. */
class VlansTest extends BridgeInMemory {
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
}

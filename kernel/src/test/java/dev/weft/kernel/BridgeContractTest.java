package dev.weft.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.kernel.Link.OperationalState;
import dev.weft.net.MacAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Bridges, their ports and VLANs. */
class BridgeContractTest extends NamespaceContract {

  @Test
  void aBridgeTakesTheLowestMacOfItsPorts() {
    Link br = bridge("br0");
    Link b = veth("b", MAC_B);
    Link a = veth("a", MAC_A);
    enslave(b, br);
    assertEquals(MAC_B, link("br0").mac());
    enslave(a, br);
    assertEquals(MAC_A, link("br0").mac());
    here.change(a.index(), new LinkChange.Mac(MAC_C));
    assertEquals(MAC_B, link("br0").mac());
    here.change(b.index(), new LinkChange.NoMaster());
    assertEquals(MAC_C, link("br0").mac());
    here.deleteLink(a.index());
    assertEquals(new MacAddress(0), link("br0").mac());
  }

  @Test
  void aFixedMacStays() {
    Link fixed =
        here.create(new NewLink.Bridge("br0", Optional.of(MAC_C), OptionalInt.empty(), 3, false));
    assertEquals(3, fixed.group());
    Link later = bridge("br1");
    here.change(later.index(), new LinkChange.Mac(MAC_B));
    Link a = veth("a", MAC_A);
    enslave(a, fixed);
    assertEquals(MAC_C, link("br0").mac());
    enslave(a, later);
    assertEquals(MAC_B, link("br1").mac());
    here.deleteLink(a.index());
    assertEquals(MAC_C, link("br0").mac());
    assertEquals(MAC_B, link("br1").mac());
  }

  @Test
  void aBridgeTakesTheLowestMtuOfItsPortsUntilItIsSet() {
    Link br =
        here.create(new NewLink.Bridge("br0", Optional.empty(), OptionalInt.of(1400), 0, false));
    assertEquals(1400, br.mtu());
    Link a = veth("a", MAC_A);
    enslave(a, br);
    assertEquals(1500, link("br0").mtu());
    here.change(a.index(), new LinkChange.Mtu(1300));
    assertEquals(1300, link("br0").mtu());
    here.change(br.index(), new LinkChange.Mtu(1450));
    here.change(a.index(), new LinkChange.Mtu(1350));
    assertEquals(1450, link("br0").mtu());
  }

  @Test
  void aBridgeIsUpWhileAPortIs() {
    Link br = bridge("br0");
    here.change(br.index(), new LinkChange.Up());
    assertEquals(OperationalState.UNKNOWN, link("br0").state());
    Link a = veth("a", MAC_A);
    enslave(a, br);
    eventually(() -> state() == OperationalState.DOWN, "a bridge is down with its port");
    here.change(a.index(), new LinkChange.Up());
    there.change(there.link("pa").orElseThrow().index(), new LinkChange.Up());
    eventually(() -> state() == OperationalState.UP, "a bridge is up with its port");
    here.change(a.index(), new LinkChange.NoMaster());
    eventually(() -> state() == OperationalState.DOWN, "a bridge without ports is down");
  }

  @Test
  void portOptionsAreForPorts() {
    Link a = veth("a", MAC_A);
    refused(Errno.EOPNOTSUPP, () -> here.change(a.index(), new LinkChange.Hairpin(true)));
    refused(Errno.EOPNOTSUPP, () -> here.change(a.index(), new LinkChange.Isolated(true)));
    Link br = bridge("br0");
    enslave(a, br);
    assertEquals(Optional.of(new BridgePort(false, false)), link("a").port());
    here.change(a.index(), new LinkChange.Hairpin(true));
    here.change(a.index(), new LinkChange.Isolated(true));
    assertEquals(Optional.of(new BridgePort(true, true)), link("a").port());
    enslave(a, br);
    assertEquals(Optional.of(new BridgePort(true, true)), link("a").port());
    here.change(a.index(), new LinkChange.NoMaster());
    assertEquals(Optional.empty(), link("a").port());
    assertEquals(OptionalInt.empty(), link("a").master());
    enslave(a, br);
    assertEquals(Optional.of(new BridgePort(false, false)), link("a").port());
  }

  @Test
  void onlySomeLinksCanBePorts() {
    Link br = bridge("br0");
    Link inner = bridge("br1");
    Link a = veth("a", MAC_A);
    Link b = veth("b", MAC_B);
    refused(Errno.ELOOP, () -> enslave(inner, br));
    refused(Errno.EINVAL, () -> enslave(link("lo"), br));
    refused(Errno.EOPNOTSUPP, () -> enslave(a, b));
    refused(Errno.EINVAL, () -> here.change(a.index(), new LinkChange.Master(NOWHERE)));
    here.change(a.index(), new LinkChange.NoMaster());
  }

  @Test
  void aLinkThatItsMasterRefusesIsNotLeftUp() {
    Link br = bridge("br0");
    Link inner = bridge("br1");
    refused(
        Errno.ELOOP,
        () -> here.change(inner.index(), new LinkChange.Up(), new LinkChange.Master(br.index())));
    assertFalse(link("br1").up());
    Link a = veth("a", MAC_A);
    here.change(
        a.index(),
        new LinkChange.Up(),
        new LinkChange.Hairpin(true),
        new LinkChange.Master(br.index()));
    assertTrue(link("a").up());
    assertEquals(Optional.of(new BridgePort(true, false)), link("a").port());
  }

  @Test
  void aDeletedBridgeLetsItsPortsGo() {
    Link br = bridge("br0");
    Link a = veth("a", MAC_A);
    enslave(a, br);
    here.deleteLink(br.index());
    assertEquals(OptionalInt.empty(), link("a").master());
  }

  @Test
  void vlanFilteringIsRefusedWhereTheKernelLacksIt() {
    assumeFalse(namespaces.hasVlanFiltering(), "this kernel has VLAN filtering");
    Link br = bridge("br0");
    Link a = veth("a", MAC_A);
    enslave(a, br);
    refused(Errno.EOPNOTSUPP, () -> here.change(br.index(), new LinkChange.VlanFiltering(true)));
    refused(
        Errno.EOPNOTSUPP,
        () ->
            here.create(new NewLink.Bridge("br1", Optional.empty(), OptionalInt.empty(), 0, true)));
    assertEquals(Optional.empty(), here.link("br1"));
    assertEquals(new Link.Kind.Bridge(false, OptionalInt.empty()), br.kind());
    assertEquals(List.of(), here.vlans(a.index()));
    refused(Errno.EOPNOTSUPP, () -> here.addVlans(a.index(), List.of(BridgeVlan.untagged(5))));
    here.removeVlans(a.index(), List.of(BridgeVlan.untagged(5)));
  }

  @Test
  void vlansAreForBridgesAndTheirPorts() {
    Link a = veth("a", MAC_A);
    refused(Errno.EOPNOTSUPP, () -> here.addVlans(a.index(), List.of(BridgeVlan.untagged(5))));
    refused(Errno.EOPNOTSUPP, () -> here.removeVlans(a.index(), List.of(BridgeVlan.untagged(5))));
    refused(Errno.ENODEV, () -> here.addVlans(NOWHERE, List.of(BridgeVlan.untagged(5))));
    assertEquals(List.of(), here.vlans(a.index()));
    refused(Errno.EOPNOTSUPP, () -> here.change(a.index(), new LinkChange.VlanFiltering(true)));
    refused(Errno.EOPNOTSUPP, () -> here.change(1, new LinkChange.DefaultPvid(5)));
  }

  @Test
  void aNewPortIsInTheDefaultVlan() {
    assumeTrue(namespaces.hasVlanFiltering(), "this kernel lacks VLAN filtering");
    Link br =
        here.create(new NewLink.Bridge("br0", Optional.empty(), OptionalInt.empty(), 0, true));
    assertEquals(new Link.Kind.Bridge(true, OptionalInt.of(1)), br.kind());
    Link a = veth("a", MAC_A);
    enslave(a, br);
    assertEquals(List.of(BridgeVlan.untagged(1)), here.vlans(a.index()));
    assertEquals(List.of(BridgeVlan.untagged(1)), here.vlans(br.index()));
  }

  @Test
  void aBridgeMayHaveNoDefaultVlan() {
    assumeTrue(namespaces.hasVlanFiltering(), "this kernel lacks VLAN filtering");
    Link br = bridge("br0");
    here.change(br.index(), new LinkChange.DefaultPvid(0));
    assertEquals(new Link.Kind.Bridge(false, OptionalInt.of(0)), link("br0").kind());
    Link a = veth("a", MAC_A);
    enslave(a, br);
    assertEquals(List.of(), here.vlans(a.index()));
  }

  @Test
  void onePortVlanTakesUntaggedFrames() {
    assumeTrue(namespaces.hasVlanFiltering(), "this kernel lacks VLAN filtering");
    Link a = veth("a", MAC_A);
    enslave(a, bridge("br0"));
    here.addVlans(a.index(), List.of(BridgeVlan.untagged(5), BridgeVlan.tagged(7, 8)));
    assertEquals(
        List.of(new BridgeVlan(1, 1, false, true), BridgeVlan.untagged(5), BridgeVlan.tagged(7, 8)),
        here.vlans(a.index()));
    here.removeVlans(a.index(), List.of(BridgeVlan.tagged(1, 1), BridgeVlan.tagged(8, 8)));
    assertEquals(List.of(BridgeVlan.untagged(5), BridgeVlan.tagged(7, 7)), here.vlans(a.index()));
    here.change(a.index(), new LinkChange.NoMaster());
    assertEquals(List.of(), here.vlans(a.index()));
  }

  @Test
  void neighboursThatAreAlikeAreOneRange() {
    assumeTrue(namespaces.hasVlanFiltering(), "this kernel lacks VLAN filtering");
    Link a = veth("a", MAC_A);
    enslave(a, bridge("br0"));
    here.addVlans(
        a.index(),
        List.of(
            new BridgeVlan(2, 4, false, true),
            BridgeVlan.tagged(5, 7),
            BridgeVlan.tagged(8, 8),
            BridgeVlan.tagged(10, 11),
            BridgeVlan.untagged(12)));
    assertEquals(
        List.of(
            new BridgeVlan(1, 4, false, true),
            BridgeVlan.tagged(5, 8),
            BridgeVlan.tagged(10, 11),
            BridgeVlan.untagged(12)),
        here.vlans(a.index()));
    here.removeVlans(a.index(), List.of(BridgeVlan.tagged(3, 6)));
    assertEquals(
        List.of(
            new BridgeVlan(1, 2, false, true),
            BridgeVlan.tagged(7, 8),
            BridgeVlan.tagged(10, 11),
            BridgeVlan.untagged(12)),
        here.vlans(a.index()));
  }

  private OperationalState state() {
    return link("br0").state();
  }

  private void enslave(Link port, Link master) {
    here.change(port.index(), new LinkChange.Master(master.index()));
  }
}

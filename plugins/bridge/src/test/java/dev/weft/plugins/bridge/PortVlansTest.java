package dev.weft.plugins.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.kernel.BridgeVlan;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** A trunk as ranges holds just the VLANs that were asked for. */
class PortVlansTest {

  @Property
  void rangesAreInOrderApartAndHoldEveryIdOnce(
      @ForAll @IntRange(max = 4094) int vlan,
      @ForAll @Size(max = 40) Set<@IntRange(min = 1, max = 4094) Integer> ids) {
    BitSet wanted = new BitSet();
    ids.forEach(wanted::set);
    PortVlans vlans = PortVlans.of(vlan, wanted, false);

    BitSet held = new BitSet();
    int behind = 0;
    for (BridgeVlan range : vlans.trunk()) {
      assertTrue(range.first() >= behind, "in order: " + vlans.trunk());
      assertFalse(range.untagged() || range.pvid(), range.toString());
      held.set(range.first(), range.last() + 1);
      behind = range.last() + 1;
    }
    wanted.clear(vlans.untagged());
    assertTrue(isCovered(wanted, held, vlans.untagged()), vlans.trunk().toString());
    assertFalse(held.get(vlans.untagged()), "the untagged VLAN is no part of the trunk");
  }

  @Property
  void aPortThatWasGivenThemCarriesThem(
      @ForAll @IntRange(max = 4094) int vlan,
      @ForAll @Size(max = 20) Set<@IntRange(min = 1, max = 4094) Integer> ids) {
    BitSet wanted = new BitSet();
    ids.forEach(wanted::set);
    PortVlans vlans = PortVlans.of(vlan, wanted, false);
    List<BridgeVlan> port = new ArrayList<>(vlans.trunk());
    assertFalse(vlans.areCarriedBy(port), "the untagged one is missing");
    port.add(BridgeVlan.untagged(vlans.untagged()));
    assertTrue(vlans.areCarriedBy(port), port.toString());
  }

  @Test
  void aVlanThatLostItsTagIsNotCarried() {
    PortVlans vlans = PortVlans.of(5, new BitSet(), false);
    assertFalse(vlans.areCarriedBy(List.of(BridgeVlan.tagged(5, 5))));
    assertFalse(vlans.areCarriedBy(List.of(new BridgeVlan(5, 5, false, true))));
    assertTrue(vlans.areCarriedBy(List.of(BridgeVlan.tagged(6, 9), BridgeVlan.untagged(5))));
  }

  @Test
  void theGatewaysPortHasNoTrunk() {
    BitSet trunk = new BitSet();
    trunk.set(7, 9);
    PortVlans gateway = PortVlans.of(5, trunk, true).withoutTrunk();
    assertEquals(List.of(), gateway.trunk());
    assertEquals(5, gateway.untagged());
    assertTrue(gateway.keepsDefault());
  }

  /** The two are the same set, but for the untagged VLAN between two ranges. */
  private static boolean isCovered(BitSet wanted, BitSet held, int untagged) {
    BitSet difference = (BitSet) wanted.clone();
    difference.xor(held);
    difference.clear(untagged);
    return difference.isEmpty();
  }
}

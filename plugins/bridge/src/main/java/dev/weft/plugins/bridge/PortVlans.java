package dev.weft.plugins.bridge;

import dev.weft.kernel.BridgeVlan;
import dev.weft.kernel.Errno;
import dev.weft.kernel.Link;
import dev.weft.kernel.NetworkNamespace;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * The VLANs of a pod's bridge port: one whose frames have no tag on the pod's side, and a trunk of
 * others whose frames keep theirs.
 *
 * @param vlan the one without a tag, 1 to 4094; 0 where only a trunk was asked for
 * @param trunk in order, without overlaps and without the one that has no tag
 * @param keepsDefault whether the port stays in the bridge's default VLAN as well
 */
record PortVlans(int vlan, List<BridgeVlan> trunk, boolean keepsDefault) {
  static final int LAST = 4094;

  PortVlans {
    trunk = List.copyOf(trunk);
  }

  /**
   * @param tagged the ids of the trunk
   */
  static PortVlans of(int vlan, BitSet tagged, boolean keepsDefault) {
    BitSet others = (BitSet) tagged.clone();
    others.clear(untagged(vlan));
    List<BridgeVlan> trunk = new ArrayList<>();
    for (int first = others.nextSetBit(0); first >= 0; ) {
      int behind = others.nextClearBit(first);
      trunk.add(BridgeVlan.tagged(first, behind - 1));
      first = others.nextSetBit(behind);
    }
    return new PortVlans(vlan, trunk, keepsDefault);
  }

  /** The same port without a trunk, as the gateway's is. */
  PortVlans withoutTrunk() {
    return new PortVlans(vlan, List.of(), keepsDefault);
  }

  int untagged() {
    return untagged(vlan);
  }

  /**
   * Beside a trunk alone, VLAN 1 goes without a tag: the one that bridges give ports themselves.
   */
  private static int untagged(int vlan) {
    return vlan == 0 ? 1 : vlan;
  }

  /** Gives a port these VLANs, in whatever state an earlier try left it. */
  void applyTo(NetworkNamespace host, int port, Link.Kind.Bridge bridge) {
    int byDefault = bridge.defaultPvid().orElse(0);
    if (!keepsDefault && byDefault != 0 && byDefault != untagged()) {
      List<BridgeVlan> unwanted = List.of(BridgeVlan.untagged(byDefault));
      Refusals.unless(Errno.ENOENT, () -> host.removeVlans(port, unwanted));
    }
    host.addVlans(port, all());
  }

  /** All of them, as the kernel is told. */
  private List<BridgeVlan> all() {
    List<BridgeVlan> all = new ArrayList<>(trunk);
    all.add(BridgeVlan.untagged(untagged()));
    return all;
  }

  /** Whether a port that has these VLANs carries all of ours as it should. */
  boolean areCarriedBy(List<BridgeVlan> vlans) {
    for (BridgeVlan wanted : all()) {
      for (int id = wanted.first(); id <= wanted.last(); id++) {
        if (!isCarried(id, wanted, vlans)) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean isCarried(int id, BridgeVlan wanted, List<BridgeVlan> vlans) {
    for (BridgeVlan vlan : vlans) {
      if (vlan.first() <= id && id <= vlan.last()) {
        return vlan.pvid() == wanted.pvid() && vlan.untagged() == wanted.untagged();
      }
    }
    return false;
  }
}

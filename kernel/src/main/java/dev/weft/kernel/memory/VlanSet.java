package dev.weft.kernel.memory;

import dev.weft.kernel.BridgeVlan;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** The VLANs of one bridge or port, of which one at most takes the untagged frames. */
final class VlanSet {
  private final TreeMap<Integer, BridgeVlan> byId = new TreeMap<>();

  void add(BridgeVlan range) {
    for (int id = range.first(); id <= range.last(); id++) {
      if (range.pvid()) {
        byId.replaceAll((other, v) -> new BridgeVlan(other, other, false, v.untagged()));
      }
      byId.put(id, new BridgeVlan(id, id, range.pvid(), range.untagged()));
    }
  }

  void remove(BridgeVlan range) {
    byId.subMap(range.first(), true, range.last(), true).clear();
  }

  void clear() {
    byId.clear();
  }

  /** By id, neighbours that are alike joined into ranges, as the kernel lists them. */
  List<BridgeVlan> list() {
    List<BridgeVlan> ranges = new ArrayList<>();
    for (BridgeVlan vlan : byId.values()) {
      BridgeVlan before = ranges.isEmpty() ? null : ranges.getLast();
      if (before != null && continues(before, vlan)) {
        ranges.removeLast();
        ranges.add(new BridgeVlan(before.first(), vlan.last(), false, vlan.untagged()));
      } else {
        ranges.add(vlan);
      }
    }
    return ranges;
  }

  private static boolean continues(BridgeVlan range, BridgeVlan vlan) {
    return range.last() + 1 == vlan.first()
        && !range.pvid()
        && !vlan.pvid()
        && range.untagged() == vlan.untagged();
  }
}

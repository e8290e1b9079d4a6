package dev.weft.kernel;

/**
 * One VLAN, or a range of them, on a bridge or a bridge port.
 *
 * @param first 1 to 4094
 * @param last the same as {@code first} for a single VLAN
 * @param pvid whether untagged frames that come in belong to it; never for a range
 * @param untagged whether its frames leave without a tag
 */
public record BridgeVlan(int first, int last, boolean pvid, boolean untagged) {

  public BridgeVlan {
    if (first < 1 || last > 4094 || first > last || (pvid && first != last)) {
      throw new IllegalArgumentException("not a VLAN or range: " + first + "-" + last);
    }
  }

  public static BridgeVlan untagged(int id) {
    return new BridgeVlan(id, id, true, true);
  }

  public static BridgeVlan tagged(int first, int last) {
    return new BridgeVlan(first, last, false, false);
  }
}

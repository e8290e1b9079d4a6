package dev.weft.kernel;

import dev.weft.net.MacAddress;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One network interface as the kernel described it.
 *
 * @param index positive, unique in its namespace
 * @param mac all zero where the link has none
 * @param mtu in bytes
 * @param up the administrative state (IFF_UP)
 * @param master index of the bridge or other master it is enslaved to
 * @param group 0 unless somebody set one
 * @param alias free text that people see in {@code ip link}
 * @param port what it is to the bridge, if its master is one
 */
public record Link(
    int index,
    String name,
    Kind kind,
    MacAddress mac,
    int mtu,
    boolean up,
    OperationalState state,
    boolean promiscuous,
    OptionalInt master,
    int group,
    Optional<String> alias,
    Optional<BridgePort> port) {

  /**
   * The group of links that are on their way out, "Weft" in ASCII: {@link
   * NetworkNamespace#deleteLinks} moves them there. Whoever finds one in it may delete it.
   */
  public static final int DOOMED_GROUP = 0x57656674;

  /** RFC 2863 ifOperStatus, in the kernel's order (IF_OPER_*). */
  public enum OperationalState {
    UNKNOWN,
    NOT_PRESENT,
    DOWN,
    LOWER_LAYER_DOWN,
    TESTING,
    DORMANT,
    UP
  }

  /** What kind of link it is, with what only this kind has. */
  public sealed interface Kind {
    /** The loopback interface. */
    record Loopback() implements Kind {}

    /**
     * One end of a pair.
     *
     * @param peerIndex of the other end, in the other end's namespace
     * @param peerIsHere true if the other end is in the same namespace
     */
    record Veth(int peerIndex, boolean peerIsHere) implements Kind {}

    /**
     * A bridge.
     *
     * @param vlanFiltering whether it keeps VLANs apart
     * @param defaultPvid the VLAN that a new port gets, 1 to 4094, or 0 for none; nothing where the
     *     kernel was built without VLAN filtering
     */
    record Bridge(boolean vlanFiltering, OptionalInt defaultPvid) implements Kind {}

    /**
     * Anything else.
     *
     * @param name as {@code ip -d link} shows it; empty for a physical device
     */
    record Other(String name) implements Kind {}
  }
}

package dev.weft.kernel.memory;

import dev.weft.kernel.BridgePort;
import dev.weft.kernel.Link;
import dev.weft.kernel.Link.OperationalState;
import dev.weft.net.MacAddress;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** One network interface: its own state, and what it derives from the devices tied to it. */
abstract sealed class Device permits LoopbackDevice, VethDevice, BridgeDevice {
  final NetworkStack home;
  final int index;
  String name;
  MacAddress mac;
  int mtu;
  int group;
  boolean up;
  boolean promiscuous;
  Optional<String> alias = Optional.empty();
  final PortState port = new PortState();

  /** Whether IPv6 has configured itself since the device went up (IF_READY). */
  boolean ready;

  Device(NetworkStack home, int index, String name, MacAddress mac, int mtu, int group) {
    this.home = home;
    this.index = index;
    this.name = name;
    this.mac = mac;
    this.mtu = mtu;
    this.group = group;
  }

  /** What a bridge keeps of a port. */
  static final class PortState {
    @Nullable BridgeDevice bridge;
    boolean hairpin;
    boolean isolated;
    final VlanSet vlans = new VlanSet();
  }

  abstract Link.Kind kind();

  /** Whether the medium is there (netif_carrier_ok). */
  abstract boolean carrier();

  /** As of all that is like Ethernet: ETH_MIN_MTU. */
  int minMtu() {
    return 68;
  }

  /** Likewise: ETH_MAX_MTU. */
  int maxMtu() {
    return 65535;
  }

  /** The state while administratively up. */
  abstract OperationalState stateWhenUp();

  /** Whether frames can flow: up, and the medium is there. */
  final boolean running() {
    return up && carrier();
  }

  final Link describe() {
    BridgeDevice bridge = port.bridge;
    return new Link(
        index,
        name,
        kind(),
        mac,
        mtu,
        up,
        up ? stateWhenUp() : OperationalState.DOWN,
        promiscuous,
        bridge == null ? OptionalInt.empty() : OptionalInt.of(bridge.index),
        group,
        alias,
        bridge == null
            ? Optional.empty()
            : Optional.of(new BridgePort(port.hairpin, port.isolated)));
  }
}

package dev.weft.kernel.memory;

import dev.weft.kernel.BridgeVlan;
import dev.weft.kernel.Link;
import dev.weft.kernel.Link.OperationalState;
import dev.weft.net.MacAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** A bridge: address, MTU and state follow its ports unless somebody fixed them. */
final class BridgeDevice extends Device {
  private static final int DEFAULT_MTU = 1500;

  final List<Device> ports = new ArrayList<>();
  final VlanSet vlans = new VlanSet();
  boolean macFixed;
  boolean mtuFixed;
  boolean vlanFiltering;

  /** Nothing where the kernel was built without VLAN filtering. */
  OptionalInt defaultPvid = OptionalInt.empty();

  /** Until the first port comes, the medium counts as there and the state as unknown. */
  private boolean everHadPort;

  BridgeDevice(NetworkStack home, int index, String name, MacAddress mac, int mtu, int group) {
    super(home, index, name, mac, mtu, group);
  }

  void attach(Device device) {
    everHadPort = true;
    ports.add(device);
    device.port.bridge = this;
    if (defaultPvid.orElse(0) > 0) {
      device.port.vlans.add(BridgeVlan.untagged(defaultPvid.getAsInt()));
    }
    followPorts();
  }

  void detach(Device device) {
    ports.remove(device);
    device.port.bridge = null;
    device.port.hairpin = false;
    device.port.isolated = false;
    device.port.vlans.clear();
    followPorts();
  }

  /** Takes the lowest MAC and the lowest MTU of its ports. */
  void followPorts() {
    long lowestMac = 0;
    int lowestMtu = 0;
    for (Device device : ports) {
      lowestMac = lowestMac == 0 ? device.mac.value() : Math.min(lowestMac, device.mac.value());
      lowestMtu = lowestMtu == 0 ? device.mtu : Math.min(lowestMtu, device.mtu);
    }
    if (!macFixed) {
      mac = new MacAddress(lowestMac);
    }
    if (!mtuFixed) {
      mtu = lowestMtu == 0 ? DEFAULT_MTU : lowestMtu;
    }
  }

  @Override
  Link.Kind kind() {
    return new Link.Kind.Bridge(vlanFiltering, defaultPvid);
  }

  @Override
  boolean carrier() {
    if (!everHadPort) {
      return true;
    }
    for (Device device : ports) {
      if (up && device.running()) {
        return true;
      }
    }
    return false;
  }

  @Override
  OperationalState stateWhenUp() {
    if (!everHadPort) {
      return OperationalState.UNKNOWN;
    }
    return carrier() ? OperationalState.UP : OperationalState.DOWN;
  }
}

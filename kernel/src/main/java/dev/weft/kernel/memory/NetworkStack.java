package dev.weft.kernel.memory;

import dev.weft.kernel.BridgeVlan;
import dev.weft.kernel.Errno;
import dev.weft.kernel.InterfaceAddress;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.Link;
import dev.weft.kernel.NamespaceId;
import dev.weft.kernel.Neighbour;
import dev.weft.kernel.Route;
import dev.weft.net.IpPrefix;
import dev.weft.net.MacAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** One namespace: its tables, and what a change of one does to the others. */
final class NetworkStack {
  final NamespaceId id;
  final LinkTable links = new LinkTable();
  final AddressTable addresses = new AddressTable();
  final RouteTable routes = new RouteTable();
  final NeighbourTable neighbours = new NeighbourTable();
  final Routing routing = new Routing(this);
  final Addressing addressing = new Addressing(this);
  final Ipv6Configuration ipv6 = new Ipv6Configuration(this);
  final SysctlTree sysctls = new SysctlTree(ipv6::disabledChanged);
  final InMemoryConntrack conntrack = new InMemoryConntrack();
  final InMemoryNftables nftables;
  final InMemoryIptables iptables;

  /**
   * @param features of the kernel
   * @param beforeChange hears of changes that are made to rules, and may throw to refuse them
   */
  NetworkStack(NamespaceId id, Set<KernelFeature> features, Consumer<String> beforeChange) {
    this.id = id;
    this.nftables = new InMemoryNftables(features, beforeChange);
    this.iptables = new InMemoryIptables(features, beforeChange);
    add(new LoopbackDevice(this));
  }

  NamespaceState state() {
    Set<Link> allLinks = new LinkedHashSet<>();
    Map<Integer, Set<BridgeVlan>> vlans = new TreeMap<>();
    for (Device device : links.all()) {
      allLinks.add(device.describe());
      VlanSet own = device instanceof BridgeDevice bridge ? bridge.vlans : device.port.vlans;
      if (!own.list().isEmpty()) {
        vlans.put(device.index, new LinkedHashSet<>(own.list()));
      }
    }
    Set<InterfaceAddress> allAddresses = new LinkedHashSet<>();
    addresses.all().forEach(entry -> allAddresses.add(addressing.describe(entry)));
    Set<Route> allRoutes = new LinkedHashSet<>();
    routes.all().forEach(entry -> allRoutes.add(entry.route()));
    Set<String> rules = new LinkedHashSet<>(iptables.describe());
    rules.addAll(nftables.describe());
    return new NamespaceState(
        allLinks,
        vlans,
        allAddresses,
        allRoutes,
        new LinkedHashSet<>(neighbours.all()),
        sysctls.all(),
        rules);
  }

  // Devices

  void add(Device device) {
    links.add(device);
    sysctls.addDevice(device);
  }

  /** Takes a device away with all that stands on it; a veth's peer is the caller's to take. */
  void remove(Device device) {
    setDown(device);
    leaveBridge(device);
    if (device instanceof BridgeDevice bridge) {
      for (Device port : List.copyOf(bridge.ports)) {
        leaveBridge(port);
      }
    }
    for (AddressTable.Entry entry : addresses.of(device)) {
      addressing.forget(entry);
    }
    routes.removeIf(entry -> entry.device() == device);
    neighbours.linkIsGone(device.index);
    sysctls.removeDevice(device.name);
    links.remove(device);
  }

  void rename(Device device, String name) {
    if (!device.name.equals(name)) {
      links.requireFree(name);
      sysctls.renameDevice(device.name, name);
      device.name = name;
    }
  }

  void setUp(Device device) {
    if (device.up) {
      return;
    }
    device.up = true;
    if (device instanceof LoopbackDevice) {
      addressing.addIfAbsent(device, IpPrefix.of("127.0.0.1/8"));
    }
    for (AddressTable.Entry entry : addresses.of(device)) {
      if (entry.isV4() || !ipv6.isDisabled(device)) {
        addressing.connect(entry);
      }
    }
    Ipv6Configuration.mediumChanged(device);
  }

  void setDown(Device device) {
    if (!device.up) {
      return;
    }
    device.up = false;
    routes.removeIf(entry -> entry.device() == device);
    ipv6.stop(device);
    neighbours.linkWentDown(device.index);
    Ipv6Configuration.mediumChanged(device);
  }

  void setMac(Device device, MacAddress mac) {
    if (!device.mac.equals(mac) && !mac.isUnicast()) {
      throw new KernelException(
          Errno.EADDRNOTAVAIL, "No interface may bear the MAC address " + mac + ".");
    }
    device.mac = mac;
    if (device instanceof BridgeDevice bridge) {
      bridge.macFixed = true;
    }
    bridgeFollows(device);
  }

  void setMtu(Device device, int mtu) {
    if (mtu < device.minMtu() || mtu > device.maxMtu()) {
      throw new KernelException(
          Errno.EINVAL,
          "The MTU "
              + mtu
              + " of link "
              + device.name
              + " is not within "
              + device.minMtu()
              + ".."
              + device.maxMtu()
              + ".");
    }
    device.mtu = mtu;
    if (device instanceof BridgeDevice bridge) {
      bridge.mtuFixed = true;
    }
    ipv6.mtuChanged(device);
    bridgeFollows(device);
  }

  private void bridgeFollows(Device device) {
    BridgeDevice bridge = device.port.bridge;
    if (bridge != null) {
      bridge.followPorts();
    }
  }

  void joinBridge(Device device, int master) {
    Device wanted = links.find(master);
    if (wanted == null) {
      throw new KernelException(Errno.EINVAL, "There is no link with index " + master + ".");
    }
    if (wanted == device.port.bridge) {
      return;
    }
    leaveBridge(device);
    if (!(wanted instanceof BridgeDevice bridge)) {
      throw new KernelException(
          Errno.EOPNOTSUPP, "Link " + wanted.name + " is no bridge and takes no ports.");
    }
    switch (device) {
      case LoopbackDevice lo ->
          throw new KernelException(Errno.EINVAL, "Link " + lo.name + " cannot be a port.");
      case BridgeDevice inner ->
          throw new KernelException(
              Errno.ELOOP, "Bridge " + inner.name + " cannot be a port of a bridge.");
      case VethDevice veth -> bridge.attach(veth);
    }
    Ipv6Configuration.mediumChanged(bridge);
  }

  void leaveBridge(Device device) {
    BridgeDevice bridge = device.port.bridge;
    if (bridge != null) {
      bridge.detach(device);
      neighbours.portLeft(device.index);
      Ipv6Configuration.mediumChanged(bridge);
    }
  }

  // Neighbours

  void replace(Neighbour neighbour) {
    requireForwardable(neighbour);
    neighbours.replace(neighbour);
  }

  boolean remove(Neighbour neighbour) {
    requireForwardable(neighbour);
    return neighbours.remove(neighbour);
  }

  /** A forwarding entry that is not the link's own belongs to the bridge it is a port of. */
  private void requireForwardable(Neighbour neighbour) {
    Device device = links.require(neighbour.linkIndex());
    if (neighbour instanceof Neighbour.Forwarding entry
        && !entry.self()
        && device.port.bridge == null) {
      throw new KernelException(
          Errno.EOPNOTSUPP, "Link " + device.name + " is no port of a bridge.");
    }
  }
}

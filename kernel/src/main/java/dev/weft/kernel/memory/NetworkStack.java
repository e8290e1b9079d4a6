package dev.weft.kernel.memory;

import dev.weft.kernel.BridgeVlan;
import dev.weft.kernel.Errno;
import dev.weft.kernel.InterfaceAddress;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.Link;
import dev.weft.kernel.NamespaceId;
import dev.weft.kernel.Neighbour;
import dev.weft.kernel.Route;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import dev.weft.net.MacAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** One namespace: its tables, and what a change of one does to the others. */
final class NetworkStack {
  private static final int MIN_MTU_V6 = 1280;

  final NamespaceId id;
  final LinkTable links = new LinkTable();
  final AddressTable addresses = new AddressTable();
  final RouteTable routes = new RouteTable();
  final NeighbourTable neighbours = new NeighbourTable();
  final SysctlTree sysctls = new SysctlTree(this::disableIpv6Changed);
  final Routing routing = new Routing(this);
  final InMemoryConntrack conntrack = new InMemoryConntrack();
  final InMemoryNftables nftables;
  final InMemoryIptables iptables;

  /**
   * @param beforeChange hears of changes that are made to rules, and may throw to refuse them
   */
  NetworkStack(NamespaceId id, Consumer<String> beforeChange) {
    this.id = id;
    this.nftables = new InMemoryNftables(beforeChange);
    this.iptables = new InMemoryIptables(beforeChange);
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
    addresses.all().forEach(entry -> allAddresses.add(describe(entry)));
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
      forget(entry);
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
      addIfAbsent(device, IpPrefix.of("127.0.0.1/8"));
    }
    for (AddressTable.Entry entry : addresses.of(device)) {
      if (entry.isV4() || !ipv6Disabled(device)) {
        connect(entry);
      }
    }
    mediumChanged(device);
  }

  void setDown(Device device) {
    if (!device.up) {
      return;
    }
    device.up = false;
    routes.removeIf(entry -> entry.device() == device);
    stopIpv6(device);
    neighbours.linkWentDown(device.index);
    mediumChanged(device);
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
    mtuChanged(device);
    bridgeFollows(device);
  }

  /** IPv6 leaves a link that is too narrow for it, and comes back when it is wide enough. */
  private void mtuChanged(Device device) {
    if (device.mtu < MIN_MTU_V6) {
      stopIpv6(device);
    } else {
      startIpv6(device);
    }
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
    mediumChanged(bridge);
  }

  void leaveBridge(Device device) {
    BridgeDevice bridge = device.port.bridge;
    if (bridge != null) {
      bridge.detach(device);
      neighbours.portLeft(device.index);
      mediumChanged(bridge);
    }
  }

  /** Follows a change of carrier to the peer, to the bridge and to IPv6's configuration. */
  private static void mediumChanged(Device device) {
    device.home.startIpv6(device);
    if (device instanceof VethDevice veth) {
      veth.peer().home.startIpv6(veth.peer());
      followToBridge(veth.peer());
    }
    followToBridge(device);
    if (device instanceof BridgeDevice) {
      device.home.startIpv6(device);
    }
  }

  private static void followToBridge(Device device) {
    BridgeDevice bridge = device.port.bridge;
    if (bridge != null) {
      bridge.home.startIpv6(bridge);
    }
  }

  // Addresses

  void add(InterfaceAddress address) {
    Device device = links.require(address.linkIndex());
    IpAddress host = address.prefix().address();
    if (host.isV6()) {
      requireUsableV6(device, host);
    }
    AddressTable.Entry entry =
        addresses.add(device, address.prefix(), host.isV6() && address.noDuplicateDetection());
    if (device.up) {
      connect(entry);
    }
  }

  private void requireUsableV6(Device device, IpAddress host) {
    if (host.isUnspecified()
        || host.isMulticast()
        || (host.isLoopback() && !(device instanceof LoopbackDevice))) {
      throw new KernelException(
          Errno.EADDRNOTAVAIL, "Link " + device.name + " cannot have the address " + host + ".");
    }
    if (device.mtu < MIN_MTU_V6) {
      throw new KernelException(
          Errno.EINVAL, "The MTU of link " + device.name + " is too low for IPv6.");
    }
    if (ipv6Disabled(device)) {
      throw new KernelException(Errno.EACCES, "IPv6 is disabled on link " + device.name + ".");
    }
  }

  void remove(InterfaceAddress address) {
    Device device = links.require(address.linkIndex());
    forget(addresses.find(device, address.prefix()));
  }

  InterfaceAddress describe(AddressTable.Entry entry) {
    boolean tentative =
        !entry.isV4()
            && !entry.noDuplicateDetection()
            && !(entry.device() instanceof LoopbackDevice)
            && !entry.device().running();
    return new InterfaceAddress(
        entry.device().index, entry.prefix(), entry.noDuplicateDetection(), tentative, false);
  }

  /** Adds the route that comes with an address. */
  private void connect(AddressTable.Entry address) {
    if (address.secondary()) {
      return;
    }
    Optional<RouteTable.Entry> connected = routing.connected(address);
    boolean known =
        connected.isPresent()
            && routes.all().stream()
                .anyMatch(
                    entry ->
                        entry.device() == address.device()
                            && entry.route().equals(connected.get().route()));
    if (!known) {
      connected.ifPresent(routes::append);
    }
  }

  /** Takes an address away, with the routes that stood on it. */
  private void forget(AddressTable.Entry address) {
    addresses.remove(address);
    if (address.isV4()) {
      forgetV4(address);
    } else {
      forgetV6(address);
    }
  }

  private void forgetV4(AddressTable.Entry address) {
    IpAddress host = address.prefix().address();
    if (!address.secondary()) {
      for (AddressTable.Entry other : addresses.of(address.device())) {
        if (other.secondary() && other.sharesNetworkWith(address)) {
          forget(other);
        }
      }
      routing
          .connected(address)
          .ifPresent(
              connected -> routes.removeIf(entry -> entry.route().equals(connected.route())));
    }
    if (!addresses.isLocal(host)) {
      routes.removeIf(
          entry ->
              entry.route().table() == Route.MAIN
                  && entry.route().source().equals(Optional.of(host)));
    }
    if (!addresses.any(entry -> entry.device() == address.device() && entry.isV4())) {
      routes.removeIf(entry -> entry.device() == address.device() && entry.isV4());
    }
  }

  private void forgetV6(AddressTable.Entry address) {
    if (!addresses.any(entry -> entry.sharesNetworkWith(address))) {
      routing
          .connected(address)
          .ifPresent(
              connected -> routes.removeIf(entry -> entry.route().equals(connected.route())));
    }
    IpAddress host = address.prefix().address();
    if (!addresses.isLocal(host)) {
      routes.replaceIf(
          entry -> entry.route().source().equals(Optional.of(host)), NetworkStack::withoutSource);
    }
  }

  private static Route withoutSource(Route route) {
    return new Route(
        route.destination(),
        route.gateway(),
        route.linkIndex(),
        Optional.empty(),
        route.scope(),
        route.priority(),
        route.table(),
        route.protocol(),
        route.onlink(),
        route.mtu(),
        route.advertisedMss());
  }

  // Neighbours

  void replace(Neighbour neighbour) {
    requireForwardable(neighbour);
    neighbours.replace(neighbour);
  }

  void remove(Neighbour neighbour) {
    requireForwardable(neighbour);
    neighbours.remove(neighbour);
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

  // IPv6 configures itself

  boolean ipv6Disabled(Device device) {
    return sysctls.number("ipv6", device.name, "disable_ipv6") != 0;
  }

  private void disableIpv6Changed(String name, boolean disabled) {
    Device device = links.find(name);
    if (device == null) {
      return;
    }
    if (disabled) {
      stopIpv6(device);
    } else {
      startIpv6(device);
    }
  }

  /** Gives a device that has become able to send its loopback or link-local address, once. */
  private void startIpv6(Device device) {
    boolean able = device.running() && device.mtu >= MIN_MTU_V6 && !ipv6Disabled(device);
    if (!able || device.ready) {
      return;
    }
    device.ready = true;
    if (device instanceof LoopbackDevice) {
      addIfAbsent(device, IpPrefix.of("::1/128"));
    } else if (sysctls.number("ipv6", device.name, "addr_gen_mode") == 0) {
      addIfAbsent(device, new IpPrefix(linkLocal(device.mac), 64));
    }
    for (AddressTable.Entry entry : addresses.of(device)) {
      if (!entry.isV4()) {
        connect(entry);
      }
    }
  }

  private void stopIpv6(Device device) {
    device.ready = false;
    boolean keep =
        !ipv6Disabled(device)
            && device.mtu >= MIN_MTU_V6
            && (sysctls.number("ipv6", "all", "keep_addr_on_down") > 0
                || sysctls.number("ipv6", device.name, "keep_addr_on_down") > 0);
    for (AddressTable.Entry entry : addresses.of(device)) {
      IpAddress host = entry.prefix().address();
      if (host.isV6() && !(keep && !host.isLinkLocal() && !host.isLoopback())) {
        forget(entry);
      }
    }
    routes.removeIf(entry -> entry.device() == device && !entry.isV4());
  }

  private void addIfAbsent(Device device, IpPrefix prefix) {
    if (!addresses.any(
        entry -> entry.device() == device && entry.prefix().address().equals(prefix.address()))) {
      addresses.add(device, prefix, false);
    }
  }

  /** RFC 4291, appendix A: the MAC with its universal bit turned and ff:fe in its midst. */
  private static IpAddress linkLocal(MacAddress mac) {
    long turned = mac.value() ^ 0x0200_0000_0000L;
    long identifier = (turned >>> 24) << 40 | 0xFFFE_00_0000L | (turned & 0xFF_FFFFL);
    return new IpAddress(IpFamily.V6, 0xFE80L << 48, identifier);
  }
}

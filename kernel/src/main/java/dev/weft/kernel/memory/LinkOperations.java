package dev.weft.kernel.memory;

import dev.weft.kernel.BridgeVlan;
import dev.weft.kernel.Errno;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.Link;
import dev.weft.kernel.LinkChange;
import dev.weft.kernel.NewLink;
import dev.weft.net.MacAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** What RTM_NEWLINK, RTM_SETLINK and RTM_DELLINK do. */
final class LinkOperations {
  private static final int ETHERNET_MTU = 1500;
  private static final int MAX_ALIAS_BYTES = 255;

  private final InMemoryKernel kernel;
  private final NetworkStack stack;

  LinkOperations(InMemoryKernel kernel, NetworkStack stack) {
    this.kernel = kernel;
    this.stack = stack;
  }

  Device create(NewLink link) {
    return switch (link) {
      case NewLink.Bridge bridge -> createBridge(bridge);
      case NewLink.Veth veth -> createVeth(veth);
    };
  }

  private Device createBridge(NewLink.Bridge wanted) {
    requireUsable(wanted.mac(), wanted.mtu());
    stack.links.requireFree(wanted.name());
    int index = stack.links.nextIndex();
    if (wanted.vlanFiltering() && !kernel.hasVlanFiltering()) {
      throw noVlanFiltering();
    }
    BridgeDevice bridge =
        new BridgeDevice(
            stack,
            index,
            wanted.name(),
            wanted.mac().orElseGet(kernel::nextMac),
            wanted.mtu().orElse(ETHERNET_MTU),
            wanted.group());
    bridge.macFixed = wanted.mac().isPresent();
    bridge.vlanFiltering = wanted.vlanFiltering();
    if (kernel.hasVlanFiltering()) {
      bridge.defaultPvid = OptionalInt.of(1);
      bridge.vlans.add(BridgeVlan.untagged(1));
    }
    stack.add(bridge);
    return bridge;
  }

  /** The peer comes first, as in veth_newlink. */
  private Device createVeth(NewLink.Veth wanted) {
    NetworkStack there = stackOf(wanted.peer());
    requireUsable(wanted.mac(), wanted.mtu());
    requireUsable(wanted.peer().mac(), wanted.peer().mtu());
    stack.links.requireFree(wanted.name());
    there.links.requireFree(wanted.peer().name());
    if (there == stack && wanted.name().equals(wanted.peer().name())) {
      stack.links.nextIndex(); // the peer had one already
      throw new KernelException(
          Errno.EEXIST, "Both ends of a pair cannot be named " + wanted.name() + " here.");
    }
    VethDevice peer =
        new VethDevice(
            there,
            there.links.nextIndex(),
            wanted.peer().name(),
            wanted.peer().mac().orElseGet(kernel::nextMac),
            wanted.peer().mtu().orElse(ETHERNET_MTU),
            0);
    VethDevice veth =
        new VethDevice(
            stack,
            stack.links.nextIndex(),
            wanted.name(),
            wanted.mac().orElseGet(kernel::nextMac),
            wanted.mtu().orElse(ETHERNET_MTU),
            wanted.group());
    VethDevice.join(veth, peer);
    there.add(peer);
    stack.add(veth);
    return veth;
  }

  private NetworkStack stackOf(NewLink.Peer peer) {
    if (peer.namespace() instanceof InMemoryNamespace namespace && namespace.kernel() == kernel) {
      return namespace.stack();
    }
    throw new IllegalArgumentException("the peer's namespace is not of this kernel");
  }

  private static void requireUsable(Optional<MacAddress> mac, OptionalInt mtu) {
    if (mac.isPresent() && !mac.get().isUnicast()) {
      throw new KernelException(
          Errno.EADDRNOTAVAIL, "No interface may bear the MAC address " + mac.get() + ".");
    }
    if (mtu.isPresent() && (mtu.getAsInt() < 68 || mtu.getAsInt() > 65535)) {
      throw new KernelException(
          Errno.EINVAL, "The MTU " + mtu.getAsInt() + " is not within 68..65535.");
    }
  }

  /**
   * Makes changes in the order in which Linux is asked for them, until one is refused: what must be
   * down first, a bridge's options, the link itself with its master last, a port's options behind,
   * and the state last of all if there is a master to be joined.
   */
  void change(int index, List<LinkChange> changes) {
    Device device = stack.links.require(index);
    boolean renames = false;
    boolean joins = false;
    for (LinkChange change : changes) {
      renames |= change instanceof LinkChange.Rename || change instanceof LinkChange.Mac;
      joins |= change instanceof LinkChange.Master;
    }
    boolean upLast = joins;
    List<LinkChange> ordered = new ArrayList<>(changes);
    ordered.sort(Comparator.comparingInt(change -> order(change, upLast)));
    if (renames && changes.contains(new LinkChange.Down())) {
      stack.setDown(device);
    }
    ordered.forEach(change -> change(device, change));
  }

  /** The place of a change in rtnl_changelink and do_setlink (net/core/rtnetlink.c). */
  private static int order(LinkChange change, boolean upLast) {
    return switch (change) {
      case LinkChange.VlanFiltering _ -> 0;
      case LinkChange.DefaultPvid _ -> 1;
      case LinkChange.Mac _ -> 2;
      case LinkChange.Mtu _ -> 3;
      case LinkChange.Group _ -> 4;
      case LinkChange.Rename _ -> 5;
      case LinkChange.Alias _ -> 6;
      case LinkChange.Up _ -> upLast ? 10 : 7;
      case LinkChange.Down _, LinkChange.Promiscuous _ -> 7;
      case LinkChange.Master _, LinkChange.NoMaster _ -> 8;
      case LinkChange.ArpNotify _, LinkChange.Hairpin _, LinkChange.Isolated _ -> 9;
    };
  }

  private void change(Device device, LinkChange change) {
    switch (change) {
      case LinkChange.Up _ -> stack.setUp(device);
      case LinkChange.Down _ -> stack.setDown(device);
      case LinkChange.Mtu(int bytes) -> stack.setMtu(device, bytes);
      case LinkChange.Mac(MacAddress mac) -> stack.setMac(device, mac);
      case LinkChange.Rename(String name) -> stack.rename(device, name);
      case LinkChange.Master(int index) -> stack.joinBridge(device, index);
      case LinkChange.NoMaster _ -> stack.leaveBridge(device);
      case LinkChange.Promiscuous(boolean on) -> device.promiscuous = on;
      case LinkChange.Alias(String text) -> setAlias(device, text);
      case LinkChange.Group(int number) -> device.group = number;
      case LinkChange.ArpNotify(boolean on) ->
          stack.sysctls.set(on ? "1" : "0", "net", "ipv4", "conf", device.name, "arp_notify");
      case LinkChange.Hairpin(boolean on) -> port(device).hairpin = on;
      case LinkChange.Isolated(boolean on) -> port(device).isolated = on;
      case LinkChange.VlanFiltering(boolean on) -> setVlanFiltering(bridge(device), on);
      case LinkChange.DefaultPvid(int id) -> setDefaultPvid(bridge(device), id);
    }
  }

  private static void setAlias(Device device, String text) {
    if (text.getBytes(StandardCharsets.UTF_8).length > MAX_ALIAS_BYTES) {
      throw new KernelException(
          Errno.ERANGE, "The alias of link " + device.name + " is longer than 255 bytes.");
    }
    device.alias = text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  private static Device.PortState port(Device device) {
    if (device.port.bridge == null) {
      throw new KernelException(
          Errno.EOPNOTSUPP, "Link " + device.name + " is no port of a bridge.");
    }
    return device.port;
  }

  private static BridgeDevice bridge(Device device) {
    if (device instanceof BridgeDevice bridge) {
      return bridge;
    }
    throw new KernelException(Errno.EOPNOTSUPP, "Link " + device.name + " is no bridge.");
  }

  private void setVlanFiltering(BridgeDevice bridge, boolean on) {
    if (on && !kernel.hasVlanFiltering()) {
      throw noVlanFiltering();
    }
    bridge.vlanFiltering = on;
  }

  private void setDefaultPvid(BridgeDevice bridge, int id) {
    if (!kernel.hasVlanFiltering()) {
      if (id == 0) {
        return;
      }
      throw noVlanFiltering();
    }
    if (id < 0 || id > 4094) {
      throw new KernelException(Errno.EINVAL, "The VLAN " + id + " is not within 0..4094.");
    }
    if (bridge.vlanFiltering) {
      throw new KernelException(
          Errno.EPERM, "Bridge " + bridge.name + " filters VLANs: its default cannot change.");
    }
    BridgeVlan old = BridgeVlan.untagged(Math.max(bridge.defaultPvid.orElse(1), 1));
    replaceDefault(bridge.vlans, old, id);
    for (Device device : bridge.ports) {
      replaceDefault(device.port.vlans, old, id);
    }
    bridge.defaultPvid = OptionalInt.of(id);
  }

  /** Only where the old default still stands as it was set. */
  private static void replaceDefault(VlanSet vlans, BridgeVlan old, int id) {
    if (vlans.list().contains(old)) {
      vlans.remove(old);
    }
    if (id > 0) {
      vlans.add(BridgeVlan.untagged(id));
    }
  }

  void delete(int index) {
    Device device = stack.links.require(index);
    requireDeletable(device);
    InMemoryKernel.delete(device);
  }

  /** Moves a link, if it is still there, into the group that {@link #deleteDoomed} deletes. */
  void doom(int index) {
    Device device = stack.links.find(index);
    if (device != null && !(device instanceof LoopbackDevice)) {
      device.group = Link.DOOMED_GROUP;
    }
  }

  /**
   * Deletes the doomed group, unless one of it cannot be deleted, and those of these links that are
   * still there.
   */
  void deleteDoomed(Collection<Integer> wanted) {
    List<Device> doomed =
        stack.links.all().stream().filter(device -> device.group == Link.DOOMED_GROUP).toList();
    if (doomed.stream().noneMatch(LoopbackDevice.class::isInstance)) {
      deleteExisting(doomed.stream().map(device -> device.index).toList());
    }
    deleteExisting(wanted);
  }

  /** Deletes those that are there, then fails if one could not be deleted. */
  void deleteExisting(Collection<Integer> indexes) {
    Optional<KernelException> refusal = Optional.empty();
    for (int index : indexes) {
      try {
        if (stack.links.find(index) != null) {
          delete(index);
        }
      } catch (KernelException e) {
        refusal = Optional.of(e);
      }
    }
    if (refusal.isPresent()) {
      throw refusal.get();
    }
  }

  private static void requireDeletable(Device device) {
    if (device instanceof LoopbackDevice) {
      throw new KernelException(Errno.EOPNOTSUPP, "Link lo cannot be deleted.");
    }
  }

  List<BridgeVlan> vlans(int index) {
    return Optional.ofNullable(stack.links.find(index))
        .flatMap(LinkOperations::vlanSet)
        .map(VlanSet::list)
        .orElse(List.of());
  }

  void addVlans(int index, List<BridgeVlan> vlans) {
    VlanSet set = requireVlanSet(index);
    if (!kernel.hasVlanFiltering()) {
      throw noVlanFiltering();
    }
    vlans.forEach(set::add);
  }

  /** To remove what is not there is no error. */
  void removeVlans(int index, List<BridgeVlan> vlans) {
    VlanSet set = requireVlanSet(index);
    vlans.forEach(set::remove);
  }

  private VlanSet requireVlanSet(int index) {
    Device device = stack.links.require(index);
    return vlanSet(device)
        .orElseThrow(
            () ->
                new KernelException(
                    Errno.EOPNOTSUPP,
                    "Link " + device.name + " is neither a bridge nor a port of one."));
  }

  private static Optional<VlanSet> vlanSet(Device device) {
    if (device instanceof BridgeDevice bridge) {
      return Optional.of(bridge.vlans);
    }
    return device.port.bridge == null ? Optional.empty() : Optional.of(device.port.vlans);
  }

  private static KernelException noVlanFiltering() {
    return new KernelException(
        Errno.EOPNOTSUPP, "The kernel was built without VLAN filtering on bridges.");
  }
}

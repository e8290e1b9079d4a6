package dev.weft.plugins.bridge;

import dev.weft.cni.CniException;
import dev.weft.cni.ErrorCode;
import dev.weft.kernel.Errno;
import dev.weft.kernel.InterfaceAddress;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.Link;
import dev.weft.kernel.LinkChange;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.kernel.NewLink;
import dev.weft.kernel.Sysctl;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The node as its pods' gateway: addresses on the bridge, or on an interface in the pods' VLAN, and
 * forwarding.
 *
 * <p>Shared like the bridge itself, and made under the same rules.
 */
final class HostGateway {
  private final NetworkNamespace host;
  private final BridgeConfig config;
  private final Link bridge;

  HostGateway(NetworkNamespace host, BridgeConfig config, Link bridge) {
    this.host = host;
    this.config = config;
    this.bridge = bridge;
  }

  /** The interface that bears the gateway's addresses, made if need be. */
  Link ensureInterface() {
    if (config.vlanOfGateway() == 0) {
      return bridge;
    }
    Link link = host.link(config.gatewayInterface()).orElseGet(this::createVlanInterface);
    if (link.kind() instanceof Link.Kind.Veth veth && veth.peerIsHere()) {
      completeVlanInterface(link, veth.peerIndex());
    }
    return host.link(link.index()).orElse(link);
  }

  /** Puts the gateway's addresses on an interface and lets the node forward. */
  void serve(Link link, List<IpPrefix> gateways) {
    List<InterfaceAddress> present = host.addresses();
    for (IpPrefix gateway : gateways) {
      if (!bears(link, gateway, present)) {
        makeRoom(link, gateway, gateways, present);
        Refusals.unless(Errno.EEXIST, () -> host.add(InterfaceAddress.of(link.index(), gateway)));
      }
      forward(gateway.family());
    }
  }

  static boolean bears(Link link, IpPrefix gateway, List<InterfaceAddress> addresses) {
    for (InterfaceAddress address : addresses) {
      if (address.linkIndex() == link.index() && address.prefix().equals(gateway)) {
        return true;
      }
    }
    return false;
  }

  /**
   * One bridge serves one IPv4 network, and IPv6 networks that do not overlap: another address says
   * that two configurations want the same bridge.
   */
  private void makeRoom(
      Link link, IpPrefix gateway, List<IpPrefix> gateways, List<InterfaceAddress> present) {
    for (InterfaceAddress other : present) {
      if (other.linkIndex() != link.index()
          || gateways.contains(other.prefix())
          || !isInTheWay(other.prefix(), gateway)) {
        continue;
      }
      if (!config.forceAddress()) {
        throw new CniException(
            ErrorCode.INVALID_CONFIGURATION,
            "the gateway's address "
                + gateway
                + " cannot be put on "
                + link.name()
                + ", which has "
                + other.prefix()
                + ": set forceAddress to replace it, or name another bridge");
      }
      Refusals.unless(Errno.EADDRNOTAVAIL, () -> host.remove(other));
    }
  }

  private static boolean isInTheWay(IpPrefix present, IpPrefix gateway) {
    if (present.family() != gateway.family() || present.address().isLinkLocal()) {
      return false; // the kernel gives every link a link-local address
    }
    return gateway.family() == IpFamily.V4 || present.overlaps(gateway);
  }

  /** Reads first, since /proc/sys may be read-only where forwarding is on already. */
  private void forward(IpFamily family) {
    String[] key =
        switch (family) {
          case V4 -> new String[] {"net", "ipv4", "ip_forward"};
          case V6 -> new String[] {"net", "ipv6", "conf", "all", "forwarding"};
        };
    Sysctl sysctl = host.sysctl();
    if (!sysctl.get(key).equals("1")) {
      sysctl.set("1", key);
    }
  }

  /**
   * A veth whose one end is a port of the bridge in the pods' VLAN; the other has the addresses.
   */
  private Link createVlanInterface() {
    String name = config.gatewayInterface();
    OptionalInt mtu = OptionalInt.of(bridge.mtu());
    NewLink.Peer port = new NewLink.Peer(host, VethMark.gatewayPort(name), Optional.empty(), mtu);
    try {
      return host.create(new NewLink.Veth(name, Optional.empty(), mtu, 0, port));
    } catch (KernelException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
      return host.link(name).orElseThrow(() -> e);
    }
  }

  private void completeVlanInterface(Link link, int portIndex) {
    Optional<Link> port = host.link(portIndex);
    boolean ours = port.isPresent() && port.get().name().equals(VethMark.gatewayPort(link.name()));
    if (!ours || (link.up() && port.get().up())) {
      return;
    }
    host.change(portIndex, new LinkChange.Master(bridge.index()));
    config.vlans().orElseThrow().withoutTrunk().applyTo(host, portIndex, HostBridge.kindOf(bridge));
    host.change(portIndex, new LinkChange.Up());
    host.change(link.index(), new LinkChange.Up());
  }
}

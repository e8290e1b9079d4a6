package dev.weft.plugins.bridge;

import dev.weft.cni.CniException;
import dev.weft.cni.ErrorCode;
import dev.weft.kernel.Errno;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.Link;
import dev.weft.kernel.LinkChange;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.kernel.NewLink;
import dev.weft.net.MacAddress;
import java.security.SecureRandom;
import java.util.Optional;

/**
 * The bridge on the host, which all pods of a network share and other networks may share too.
 *
 * <p>Every step may be done by several ADDs at once: whoever comes second takes what the first has
 * made. Nothing here is undone when an ADD fails, since others may rely on it by then.
 */
final class HostBridge {
  private final NetworkNamespace host;
  private final BridgeConfig config;

  HostBridge(NetworkNamespace host, BridgeConfig config) {
    this.host = host;
    this.config = config;
  }

  /** The bridge, if it is there. */
  Optional<Link> find() {
    Optional<Link> link = host.link(config.bridge());
    if (link.isPresent() && !(link.get().kind() instanceof Link.Kind.Bridge)) {
      throw new CniException(ErrorCode.INVALID_CONFIGURATION, nameIsTaken());
    }
    return link;
  }

  /** Why an ADD cannot be served, if there is such a reason. */
  Optional<String> obstacle() {
    Optional<Link> link = host.link(config.bridge());
    if (link.isEmpty()) {
      return Optional.empty();
    }
    if (!(link.get().kind() instanceof Link.Kind.Bridge)) {
      return Optional.of(nameIsTaken());
    }
    return config.vlans().isPresent() && kindOf(link.get()).defaultPvid().isEmpty()
        ? Optional.of(vlansAreNotKept())
        : Optional.empty();
  }

  /** The bridge, made or completed as the configuration wants it. */
  Link ensure() {
    Link bridge = find().orElseGet(this::create);
    if (isAsItShouldBe(bridge)) {
      return bridge;
    }
    if (config.vlans().isPresent() && !kindOf(bridge).vlanFiltering()) {
      filterVlans(bridge);
    }
    if (!bridge.up()) {
      ignoreRouterAdvertisements();
      host.change(bridge.index(), new LinkChange.Up());
    }
    if (config.promiscuous() && !bridge.promiscuous()) {
      host.change(bridge.index(), new LinkChange.Promiscuous(true));
    }
    return find().orElseThrow(this::vanished);
  }

  private boolean isAsItShouldBe(Link bridge) {
    return bridge.up()
        && (config.vlans().isEmpty() || kindOf(bridge).vlanFiltering())
        && (!config.promiscuous() || bridge.promiscuous());
  }

  static Link.Kind.Bridge kindOf(Link bridge) {
    if (bridge.kind() instanceof Link.Kind.Bridge kind) {
      return kind;
    }
    throw new IllegalArgumentException(bridge.name() + " is no bridge");
  }

  CniException vanished() {
    return new CniException(
        ErrorCode.TRY_AGAIN_LATER,
        "the bridge " + config.bridge() + " was removed while a pod was attached to it");
  }

  private Link create() {
    try {
      return host.create(
          new NewLink.Bridge(
              config.bridge(),
              Optional.of(randomMac()),
              config.mtu(),
              0,
              config.vlans().isPresent()));
    } catch (KernelException e) {
      return switch (e.errno()) {
        case EEXIST -> find().orElseThrow(this::vanished);
        case EOPNOTSUPP -> throw withoutVlanFiltering(e);
        default -> throw e;
      };
    }
  }

  /**
   * A bridge without an address of its own takes the lowest of its ports', and with every change of
   * it pods lose their gateway until they have asked anew. By lot, since bridges of several nodes
   * may meet in one segment.
   */
  private static MacAddress randomMac() {
    return MacAddress.locallyAdministered(new SecureRandom().nextLong());
  }

  private void filterVlans(Link bridge) {
    try {
      host.change(bridge.index(), new LinkChange.VlanFiltering(true));
    } catch (KernelException e) {
      throw e.errno() == Errno.EOPNOTSUPP ? withoutVlanFiltering(e) : e;
    }
  }

  private CniException withoutVlanFiltering(KernelException cause) {
    return new CniException(ErrorCode.UNSUPPORTED_FIELD, vlansAreNotKept(), cause);
  }

  private String vlansAreNotKept() {
    int vlan = config.vlans().orElseThrow().vlan();
    return (vlan == 0 ? "vlanTrunk is set" : "vlan is " + vlan)
        + ", but this kernel's bridges do not filter VLANs: leave it out, or run a kernel built"
        + " with CONFIG_BRIDGE_VLAN_FILTERING";
  }

  private String nameIsTaken() {
    return "bridge is \""
        + config.bridge()
        + "\", but the interface of that name is no bridge: name another or remove it";
  }

  /** The bridge's routes are ours to make. A kernel without IPv6 has no such setting. */
  private void ignoreRouterAdvertisements() {
    Refusals.unless(
        Errno.ENOENT,
        () -> host.sysctl().set("0", "net", "ipv6", "conf", config.bridge(), "accept_ra"));
  }
}

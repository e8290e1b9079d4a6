package dev.weft.plugins.bridge;

import dev.weft.cni.CniException;
import dev.weft.cni.ErrorCode;
import dev.weft.cni.Request;
import dev.weft.cni.Result;
import dev.weft.cni.Rollback;
import dev.weft.iptables.Masquerade;
import dev.weft.iptables.RuleOwner;
import dev.weft.iptables.SpoofCheck;
import dev.weft.kernel.Errno;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.Link;
import dev.weft.kernel.Link.OperationalState;
import dev.weft.kernel.LinkChange;
import dev.weft.kernel.Neighbour;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.kernel.NewLink;
import dev.weft.net.IpPrefix;
import dev.weft.net.MacAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One ADD: a veth from the container to the bridge, and layer 3 on it.
 *
 * <p>The order matters. The container's end is up before IPAM is asked, since DHCP needs it; the
 * port is guarded before it is up; the addresses are announced last, when frames get through.
 */
final class Attach {
  /** Where the container's interface stands in the result. */
  private static final int CONTAINER_INTERFACE = 2;

  private static final Duration PORT_LIMIT = Duration.ofSeconds(3);

  private final Request.Attach request;
  private final BridgeConfig config;
  private final NetworkNamespace host;
  private final NetworkNamespace container;
  private final Rollback rollback;
  private final VethMark mark;
  private final HostRules rules;

  Attach(
      Request.Attach request,
      BridgeConfig config,
      NetworkNamespace host,
      NetworkNamespace container,
      Rollback rollback) {
    this.request = request;
    this.config = config;
    this.host = host;
    this.container = container;
    this.rollback = rollback;
    this.mark = VethMark.of(config.network(), request.attachment());
    this.rules = new HostRules(host, config);
  }

  Result run() {
    Optional<String> obstacle = rules.obstacle();
    if (obstacle.isPresent()) {
      throw new CniException(ErrorCode.UNSUPPORTED_FIELD, obstacle.get());
    }
    HostBridge hostBridge = new HostBridge(host, config);
    Link bridge = hostBridge.ensure();

    Link hostEnd = createVeth();
    int containerIndex = ((Link.Kind.Veth) hostEnd.kind()).peerIndex();
    plug(hostEnd, bridge);
    if (rules.spoofCheck().isPresent()) {
      checkSpoofs(rules.spoofCheck().get(), containerLink(containerIndex).mac());
    }
    host.change(hostEnd.index(), new LinkChange.Up());
    ContainerSide pod =
        new ContainerSide(
            container, request.attachment().ifName(), containerIndex, config.duplicateDetection());
    if (config.containerUp()) {
      pod.up();
    }

    Addressing addressing = askForAddresses();
    Link gatewayLink = serveAsGateway(bridge, addressing);
    pod.configure(addressing);
    if (rules.masquerade().isPresent()) {
      masquerade(rules.masquerade().get(), addressing.addresses());
    }
    boolean answers = config.containerUp() && config.gateway() != BridgeConfig.Gateway.NONE;
    if (config.containerUp()) {
      hostEnd = awaitPort(hostEnd.index());
      if (answers) {
        gatewayLink = awaitGateway(gatewayLink, addressing.gateways());
      }
      pod.awaitReachable(addressing);
    } else {
      hostEnd = hostLink(hostEnd.index());
    }
    forgetNeighbours(gatewayLink, addressing.addresses());
    Link containerEnd = containerLink(containerIndex);
    if (config.containerUp()) {
      pod.announce(addressing, containerEnd);
    }

    // Its MTU may have followed that of its new port.
    boolean bridgeIsGateway = gatewayLink.index() == bridge.index();
    bridge =
        bridgeIsGateway && answers
            ? gatewayLink
            : hostBridge.find().orElseThrow(hostBridge::vanished);
    List<Result.Interface> interfaces = new ArrayList<>();
    interfaces.add(describe(bridge, ""));
    interfaces.add(describe(hostEnd, ""));
    interfaces.add(describe(containerEnd, request.netns()));
    if (!bridgeIsGateway) {
      interfaces.add(describe(gatewayLink, ""));
    }
    Result.Dns dns = config.dns().isEmpty() ? addressing.dns() : config.dns();
    return new Result(interfaces, addressing.ips(), addressing.routes(), dns);
  }

  private Link createVeth() {
    String ifName = request.attachment().ifName();
    NewLink.Peer peer = new NewLink.Peer(container, ifName, config.mac(), config.mtu());
    Link hostEnd;
    try {
      hostEnd =
          host.create(
              new NewLink.Veth(
                  mark.name(), Optional.of(mark.mac()), config.mtu(), mark.group(), peer));
    } catch (KernelException e) {
      throw e.errno() == Errno.EEXIST ? taken(ifName) : e;
    }
    rollback.onFailure(() -> Refusals.unless(Errno.ENODEV, () -> host.deleteLink(hostEnd.index())));
    return hostEnd;
  }

  private CniException taken(String ifName) {
    String what =
        host.link(mark.name()).isPresent()
            ? ", but this container is attached to the network by that name already"
            : ", but the container has an interface of that name already";
    return new CniException(
        ErrorCode.INVALID_ENVIRONMENT,
        "CNI_IFNAME is " + ifName + what + ": detach it first or use another name");
  }

  /** Makes the host's end a port of the bridge, still down. */
  private void plug(Link hostEnd, Link bridge) {
    List<LinkChange> changes = new ArrayList<>();
    changes.add(new LinkChange.Master(bridge.index()));
    changes.add(new LinkChange.Alias(mark.alias()));
    if (config.hairpin()) {
      changes.add(new LinkChange.Hairpin(true));
    }
    if (config.isolated()) {
      changes.add(new LinkChange.Isolated(true));
    }
    host.change(hostEnd.index(), changes.toArray(new LinkChange[0]));
    config
        .vlans()
        .ifPresent(vlans -> vlans.applyTo(host, hostEnd.index(), HostBridge.kindOf(bridge)));
  }

  private void checkSpoofs(SpoofCheck spoofCheck, MacAddress mac) {
    RuleOwner owner = Owners.of(config.network(), request.attachment());
    rollback.onFailure(() -> spoofCheck.remove(owner));
    spoofCheck.add(owner, mark.name(), mac);
  }

  private void masquerade(Masquerade masquerade, List<IpPrefix> addresses) {
    RuleOwner owner = Owners.of(config.network(), request.attachment());
    rollback.onFailure(() -> masquerade.remove(owner));
    masquerade.add(owner, addresses);
  }

  /** Makes the node the pod's gateway, if it is to be; the interface that pods see it by. */
  private Link serveAsGateway(Link bridge, Addressing addressing) {
    if (config.gateway() == BridgeConfig.Gateway.NONE) {
      return bridge;
    }
    HostGateway gateway = new HostGateway(host, config, bridge);
    Link link = gateway.ensureInterface();
    gateway.serve(link, addressing.gateways());
    return link;
  }

  private Addressing askForAddresses() {
    if (config.ipam().isEmpty()) {
      return Addressing.NONE;
    }
    String ipam = config.ipam().get();
    Result answer = request.delegates().add(ipam);
    rollback.onFailure(() -> request.delegates().del(ipam));
    return Addressing.of(answer, config.gateway(), CONTAINER_INTERFACE);
  }

  private Link awaitPort(int index) {
    Link port =
        Patience.until(
            PORT_LIMIT, () -> hostLink(index), link -> link.state() == OperationalState.UP);
    if (port.state() != OperationalState.UP) {
      throw new CniException(
          ErrorCode.KERNEL_REFUSED,
          "the bridge port "
              + port.name()
              + " is "
              + port.state()
              + ", but should be UP within 3 seconds of both its ends");
    }
    return port;
  }

  /**
   * A bridge that had no port is brought back by the kernel in its own time, and drops what the
   * node sends until then. Not an error: with spanning tree it may take half a minute.
   */
  private Link awaitGateway(Link link, List<IpPrefix> gateways) {
    Link gateway =
        Patience.until(
            PORT_LIMIT,
            () -> host.link(link.index()).orElseThrow(() -> vanished(link.name())),
            seen -> seen.state() == OperationalState.UP);
    host.awaitReachable(gateway.index(), Addressing.withoutLengths(gateways));
    return gateway;
  }

  /** Whoever had these addresses before may still be remembered, and unreachable for seconds. */
  private void forgetNeighbours(Link gatewayLink, List<IpPrefix> addresses) {
    for (IpPrefix address : addresses) {
      Neighbour stale =
          new Neighbour.Resolved(gatewayLink.index(), address.address(), Optional.empty(), false);
      host.remove(stale);
    }
  }

  private Link hostLink(int index) {
    return host.link(index).orElseThrow(() -> vanished(mark.name()));
  }

  private Link containerLink(int index) {
    return container.link(index).orElseThrow(() -> vanished(request.attachment().ifName()));
  }

  private static CniException vanished(String name) {
    return new CniException(
        ErrorCode.TRY_AGAIN_LATER,
        "the interface " + name + " was removed while it was being configured");
  }

  /**
   * @param sandbox empty on the host
   */
  private static Result.Interface describe(Link link, String sandbox) {
    return new Result.Interface(
        link.name(), link.mac().toString(), OptionalInt.of(link.mtu()), sandbox);
  }
}

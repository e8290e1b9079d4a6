package dev.weft.plugins.bridge;

import dev.weft.cni.CniException;
import dev.weft.cni.ErrorCode;
import dev.weft.cni.Request;
import dev.weft.cni.Result;
import dev.weft.iptables.Masquerade;
import dev.weft.iptables.RuleOwner;
import dev.weft.iptables.SpoofCheck;
import dev.weft.kernel.BridgePort;
import dev.weft.kernel.InterfaceAddress;
import dev.weft.kernel.Link;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.kernel.Route;
import dev.weft.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One CHECK: whether an attachment is still as ADD left it.
 *
 * <p>What plugins that come later in the chain may change is compared with the result that they
 * handed on, or not at all: the container's MAC, its MTU, the table of its routes.
 */
final class Inspect {
  private final Request.Attach request;
  private final BridgeConfig config;
  private final NetworkNamespace host;
  private final NetworkNamespace container;
  private final Result result;

  Inspect(
      Request.Attach request,
      BridgeConfig config,
      NetworkNamespace host,
      NetworkNamespace container) {
    this.request = request;
    this.config = config;
    this.host = host;
    this.container = container;
    this.result = request.config().prevResult().orElse(Result.EMPTY);
  }

  void run() {
    Link bridge = inspectBridge();
    Link pod = inspectContainerEnd();
    Link port = inspectPort(bridge, pod);
    List<Result.Ip> ips = ipsOfPod();
    inspectAddresses(pod, ips);
    inspectRoutes();
    if (config.gateway() != BridgeConfig.Gateway.NONE) {
      inspectGateway(ips);
    }
    inspectRules(port, pod, ips);
  }

  private Link inspectBridge() {
    Link bridge =
        new HostBridge(host, config)
            .find()
            .orElseThrow(() -> failed("the bridge " + config.bridge() + " is missing"));
    require(bridge.up(), "the bridge " + config.bridge() + " is down");
    require(
        !config.promiscuous() || bridge.promiscuous(),
        "the bridge " + config.bridge() + " is not promiscuous, but promiscMode is true");
    require(
        config.vlans().isEmpty() || HostBridge.kindOf(bridge).vlanFiltering(),
        "the bridge " + config.bridge() + " does not filter VLANs, but the network has some");
    return bridge;
  }

  private Link inspectContainerEnd() {
    String ifName = request.attachment().ifName();
    Result.Interface listed =
        listedPod()
            .orElseThrow(
                () ->
                    failed(
                        "prevResult lists no interface "
                            + ifName
                            + " in the sandbox "
                            + request.netns()));
    Link pod =
        container
            .link(ifName)
            .orElseThrow(() -> failed("the container's interface " + ifName + " is missing"));
    require(
        pod.kind() instanceof Link.Kind.Veth,
        "the container's interface " + ifName + " is no veth");
    require(
        listed.mac().isEmpty() || listed.mac().equalsIgnoreCase(pod.mac().toString()),
        "the container's interface "
            + ifName
            + " has the MAC "
            + pod.mac()
            + ", but prevResult says "
            + listed.mac());
    require(pod.up() || !config.containerUp(), "the container's interface " + ifName + " is down");
    return pod;
  }

  private Link inspectPort(Link bridge, Link pod) {
    int index = ((Link.Kind.Veth) pod.kind()).peerIndex();
    Link port =
        host.link(index)
            .filter(
                link ->
                    link.kind() instanceof Link.Kind.Veth veth && veth.peerIndex() == pod.index())
            .orElseThrow(() -> failed("the host's end of " + pod.name() + " is not on this host"));
    require(port.up(), "the bridge port " + port.name() + " is down");
    require(
        port.master().equals(OptionalInt.of(bridge.index())),
        port.name() + " is no port of the bridge " + bridge.name());
    BridgePort settings = port.port().orElse(new BridgePort(false, false));
    require(
        settings.hairpin() || !config.hairpin(),
        "the bridge port " + port.name() + " is not in hairpin mode, but hairpinMode is true");
    require(
        settings.isolated() || !config.isolated(),
        "the bridge port " + port.name() + " is not isolated, but portIsolation is true");
    require(
        config.vlans().isEmpty() || config.vlans().get().areCarriedBy(host.vlans(port.index())),
        "the bridge port " + port.name() + " does not carry the VLANs of the configuration");
    return port;
  }

  private void inspectAddresses(Link pod, List<Result.Ip> ips) {
    List<InterfaceAddress> present = container.addresses();
    for (Result.Ip ip : ips) {
      require(
          HostGateway.bears(pod, ip.address(), present),
          "the container's interface " + pod.name() + " lacks the address " + ip.address());
    }
  }

  /** In whatever table and on whatever interface: sbr and vrf move routes. */
  private void inspectRoutes() {
    List<Route> present = container.routes();
    for (Result.Route route : result.routes()) {
      require(
          stands(route, present),
          "the container lacks the route to "
              + route.destination()
              + route.gateway().map(gateway -> " via " + gateway).orElse(""));
    }
  }

  private static boolean stands(Result.Route wanted, List<Route> present) {
    for (Route route : present) {
      if (route.destination().equals(wanted.destination().network())
          && (wanted.gateway().isEmpty() || wanted.gateway().equals(route.gateway()))) {
        return true;
      }
    }
    return false;
  }

  private void inspectGateway(List<Result.Ip> ips) {
    String name = config.gatewayInterface();
    Link link =
        host.link(name)
            .orElseThrow(() -> failed("the gateway's interface " + name + " is missing"));
    require(link.up(), "the gateway's interface " + name + " is down");
    List<InterfaceAddress> present = host.addresses();
    for (Result.Ip ip : ips) {
      if (ip.gateway().isPresent()) {
        IpPrefix gateway = new IpPrefix(ip.gateway().get(), ip.address().length());
        require(
            HostGateway.bears(link, gateway, present),
            "the gateway's interface " + name + " lacks the address " + gateway);
      }
    }
  }

  private void inspectRules(Link port, Link pod, List<Result.Ip> ips) {
    RuleOwner owner = Owners.of(config.network(), request.attachment());
    if (config.masquerade()) {
      Masquerade masquerade = Masquerade.on(host, config.masqueradeBackend());
      List<IpPrefix> addresses = new ArrayList<>();
      ips.forEach(ip -> addresses.add(ip.address()));
      List<IpPrefix> missing = masquerade.missing(owner, addresses);
      require(missing.isEmpty(), "the host does not masquerade " + missing);
    }
    require(
        !config.spoofCheck() || SpoofCheck.on(host).stands(owner, port.name(), pod.mac()),
        "the bridge port " + port.name() + " lets frames pass that are not from " + pod.mac());
  }

  private Optional<Result.Interface> listedPod() {
    for (Result.Interface listed : result.interfaces()) {
      if (isPod(listed)) {
        return Optional.of(listed);
      }
    }
    return Optional.empty();
  }

  private List<Result.Ip> ipsOfPod() {
    List<Result.Ip> ips = new ArrayList<>();
    for (Result.Ip ip : result.ips()) {
      int index = ip.interfaceIndex().orElse(-1);
      boolean known = index >= 0 && index < result.interfaces().size();
      if (!known || isPod(result.interfaces().get(index))) {
        ips.add(ip);
      }
    }
    return ips;
  }

  private boolean isPod(Result.Interface listed) {
    return listed.name().equals(request.attachment().ifName())
        && listed.sandbox().equals(request.netns());
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw failed(otherwise);
    }
  }

  private static CniException failed(String what) {
    return new CniException(ErrorCode.CHECK_FAILED, what);
  }
}

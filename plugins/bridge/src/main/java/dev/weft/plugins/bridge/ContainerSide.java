package dev.weft.plugins.bridge;

import dev.weft.cni.CniException;
import dev.weft.cni.ErrorCode;
import dev.weft.cni.Result;
import dev.weft.kernel.Errno;
import dev.weft.kernel.InterfaceAddress;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.Link;
import dev.weft.kernel.LinkChange;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.kernel.Route;
import dev.weft.kernel.Route.Scope;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import java.time.Duration;
import java.util.Optional;

/** The container's end of the veth: its settings, addresses and routes. */
final class ContainerSide {
  private static final Duration DETECTION_LIMIT = Duration.ofSeconds(10);

  private final NetworkNamespace namespace;
  private final String ifName;
  private final int index;
  private final boolean duplicateDetection;

  ContainerSide(NetworkNamespace namespace, String ifName, int index, boolean duplicateDetection) {
    this.namespace = namespace;
    this.ifName = ifName;
    this.index = index;
    this.duplicateDetection = duplicateDetection;
  }

  /** Sets the interface up; before that, what must be so when its link-local address appears. */
  void up() {
    set(duplicateDetection ? "1" : "0", "net", "ipv6", "conf", ifName, "accept_dad");
    if (duplicateDetection) {
      set("1", "net", "ipv6", "conf", ifName, "enhanced_dad");
    }
    namespace.change(index, new LinkChange.Up(), new LinkChange.ArpNotify(true));
  }

  /** Gives the interface its addresses and routes. */
  void configure(Addressing addressing) {
    if (addressing.has(IpFamily.V6)) {
      enableIpv6("lo");
      enableIpv6(ifName);
      set("1", "net", "ipv6", "conf", ifName, "keep_addr_on_down");
    }
    for (IpPrefix address : addressing.addresses()) {
      namespace.add(new InterfaceAddress(index, address, !duplicateDetection, false, false));
    }
    if (duplicateDetection && !addressing.addresses().isEmpty()) {
      awaitDetection();
    }
    for (Result.Route route : addressing.routes()) {
      addRoute(route, addressing);
    }
  }

  /** Waits until whoever asks for the addresses is heard. */
  void awaitReachable(Addressing addressing) {
    namespace.awaitReachable(index, Addressing.withoutLengths(addressing.addresses()));
  }

  /**
   * Tells the segment where the addresses are now, for those who remember another place. Nobody
   * remembers a new link-local address: without others of its family none is announced, for each
   * announcement goes to every port of the bridge.
   */
  void announce(Addressing addressing, Link link) {
    if (addressing.has(IpFamily.V6)) {
      set("1", "net", "ipv6", "conf", ifName, "ndisc_notify");
    }
    if (!addressing.addresses().isEmpty()) {
      namespace.announce(link);
    }
  }

  private void addRoute(Result.Route route, Addressing addressing) {
    boolean onLink = route.scope().orElse(0) >= Scope.LINK.number();
    IpPrefix destination = route.destination().network();
    Optional<IpAddress> gateway =
        onLink
            ? route.gateway()
            : route.gateway().or(() -> addressing.gateway(destination.family()));
    if (route.gateway().isEmpty() && isConnected(destination, addressing)) {
      return; // the kernel made it with the address
    }
    Scope scope =
        route.scope().isPresent()
            ? new Scope(route.scope().getAsInt())
            : gateway.isPresent() ? Scope.UNIVERSE : Scope.LINK;
    try {
      namespace.add(
          new Route(
              destination,
              gateway,
              index,
              Optional.empty(),
              scope,
              (int) route.priority().orElse(0),
              (int) route.table().orElse(Route.MAIN),
              Route.BOOT,
              false,
              route.mtu(),
              route.advertisedMss()));
    } catch (KernelException e) {
      throw new CniException(
          ErrorCode.KERNEL_REFUSED,
          "the route to "
              + destination
              + gateway.map(address -> " via " + address).orElse("")
              + " cannot be added in the container: "
              + e.getMessage(),
          e);
    }
  }

  private static boolean isConnected(IpPrefix destination, Addressing addressing) {
    for (IpPrefix address : addressing.addresses()) {
      if (address.network().equals(destination)) {
        return true;
      }
    }
    return false;
  }

  private void awaitDetection() {
    if (!Patience.until(DETECTION_LIMIT, this::isDetectionOver, over -> over)) {
      throw new CniException(
          ErrorCode.TRY_AGAIN_LATER,
          "duplicate address detection on " + ifName + " did not end within 10 seconds");
    }
  }

  private boolean isDetectionOver() {
    for (InterfaceAddress address : namespace.addresses()) {
      if (address.linkIndex() == index && address.duplicate()) {
        throw new CniException(
            ErrorCode.ADDRESS_UNAVAILABLE,
            "the address " + address.prefix() + " is in use by another host of the network");
      }
      if (address.linkIndex() == index && address.tentative()) {
        return false;
      }
    }
    return true;
  }

  /** Runtimes disable IPv6 in the pods of IPv4 networks; here the network says otherwise. */
  private void enableIpv6(String link) {
    String[] key = {"net", "ipv6", "conf", link, "disable_ipv6"};
    if (namespace.sysctl().exists(key) && !namespace.sysctl().get(key).equals("0")) {
      namespace.sysctl().set("0", key);
    }
  }

  /** Changes a setting that is good to have; some kernels do not know it. */
  private void set(String value, String... key) {
    Refusals.unless(Errno.ENOENT, () -> namespace.sysctl().set(value, key));
  }
}

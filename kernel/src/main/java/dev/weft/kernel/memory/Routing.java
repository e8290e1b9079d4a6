package dev.weft.kernel.memory;

import dev.weft.kernel.Errno;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.Route;
import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import java.util.Optional;
import java.util.OptionalInt;

/** What Linux asks of a route before it takes it, and the way it finds one for a packet. */
final class Routing {
  private static final int LOCAL = 255;
  private static final int KERNEL = 2;
  private static final int DEFAULT_PRIORITY_V6 = 1024;
  private static final int CONNECTED_PRIORITY_V6 = 256;

  private final NetworkStack stack;

  Routing(NetworkStack stack) {
    this.stack = stack;
  }

  /** The route as the table will show it, or the refusal that Linux gives. */
  RouteTable.Entry admit(Route route) {
    return route.destination().address().isV4() ? admitV4(route) : admitV6(route);
  }

  private RouteTable.Entry admitV4(Route route) {
    requireNoHostBitsInV4(route);
    if (route.gateway().isPresent() && !route.onlink()) {
      requireReachableV4(route, route.gateway().get());
    }
    Device device = stack.links.require(route.linkIndex());
    if (route.onlink()) {
      require(route.gateway().isPresent(), Errno.EINVAL, route, "is onlink but has no gateway");
      checkOnlinkV4(route, device, route.gateway().get());
    }
    require(device.up, Errno.ENETDOWN, route, "leaves by a link that is down");
    if (route.source().isPresent() && !stack.addresses.isLocal(route.source().get())) {
      throw refusal(Errno.EINVAL, route, "has a source that is no address of this namespace");
    }
    return new RouteTable.Entry(device, route);
  }

  /** fib_check_nh_v4_gw in net/ipv4/fib_semantics.c. */
  private void requireReachableV4(Route route, IpAddress gateway) {
    boolean own =
        stack.addresses.any(
            entry -> entry.device().index == route.linkIndex() && entry.makesLocal(gateway));
    if (own) {
      return;
    }
    require(!isBroadcast(gateway), Errno.EINVAL, route, "has a broadcast address as gateway");
    int scope = Math.max(route.scope().number() + 1, Route.Scope.LINK.number());
    Optional<RouteTable.Entry> way =
        stack.routes.lookup(
            Route.MAIN,
            gateway,
            entry ->
                entry.device().index == route.linkIndex()
                    && entry.route().scope().number() >= scope);
    require(way.isPresent(), Errno.ENETUNREACH, route, "has a gateway that no link route reaches");
  }

  private void checkOnlinkV4(Route route, Device device, IpAddress gateway) {
    require(
        route.scope().number() < Route.Scope.LINK.number(),
        Errno.EINVAL,
        route,
        "has a gateway but a scope on the link");
    require(device.up, Errno.ENETDOWN, route, "leaves by a link that is down");
    require(
        !stack.addresses.isLocal(gateway) && !isBroadcast(gateway),
        Errno.EINVAL,
        route,
        "has a gateway that is this host's own or a broadcast address");
  }

  private boolean isBroadcast(IpAddress address) {
    return stack.addresses.any(
        entry ->
            entry.device().up
                && entry.isV4()
                && entry.prefix().length() < 31
                && entry.prefix().last().equals(address));
  }

  private RouteTable.Entry admitV6(Route route) {
    Device device = stack.links.require(route.linkIndex());
    require(!route.onlink() || device.up, Errno.ENETDOWN, route, "leaves by a link that is down");
    if (route.gateway().isPresent()) {
      checkGatewayV6(route, device, route.gateway().get());
    }
    require(!stack.ipv6.isDisabled(device), Errno.EACCES, route, "leaves by a link without IPv6");
    require(device.up, Errno.ENETDOWN, route, "leaves by a link that is down");
    if (route.source().isPresent() && !stack.addresses.isLocal(route.source().get())) {
      throw refusal(Errno.EINVAL, route, "has a source that is no address of this namespace");
    }
    return new RouteTable.Entry(
        device,
        new Route(
            route.destination().network(),
            route.gateway(),
            route.linkIndex(),
            route.source(),
            Route.Scope.UNIVERSE,
            route.priority() == 0 ? DEFAULT_PRIORITY_V6 : route.priority(),
            route.table(),
            route.protocol(),
            route.onlink(),
            route.mtu(),
            route.advertisedMss()));
  }

  /** ip6_validate_gw in net/ipv6/route.c. */
  private void checkGatewayV6(Route route, Device device, IpAddress gateway) {
    require(!stack.addresses.isLocal(gateway), Errno.EINVAL, route, "has this host as its gateway");
    require(
        !gateway.isMulticast() && !gateway.isUnspecified(),
        Errno.EINVAL,
        route,
        "has a gateway that is no unicast address");
    if (route.onlink() || gateway.isLinkLocal()) {
      return;
    }
    Optional<RouteTable.Entry> way = stack.routes.lookup(Route.MAIN, gateway, entry -> true);
    require(
        way.isPresent()
            && way.get().route().gateway().isEmpty()
            && way.get().device() == device
            && !(device instanceof LoopbackDevice), // IPv6 routes by lo are dead ends
        Errno.EHOSTUNREACH,
        route,
        "has a gateway that no link route reaches");
  }

  /** The route that an address brings along while its link is up. */
  Optional<RouteTable.Entry> connected(AddressTable.Entry address) {
    IpPrefix network = address.prefix().network();
    boolean v4 = address.isV4();
    if (v4 && (network.length() == 32 || network.address().isUnspecified())) {
      return Optional.empty();
    }
    if (v4 && address.device() instanceof LoopbackDevice) {
      return Optional.empty(); // it is in table local
    }
    return Optional.of(
        new RouteTable.Entry(
            address.device(),
            new Route(
                network,
                Optional.empty(),
                address.device().index,
                v4 ? Optional.of(address.prefix().address()) : Optional.empty(),
                v4 ? Route.Scope.LINK : Route.Scope.UNIVERSE,
                v4 ? 0 : CONNECTED_PRIORITY_V6,
                Route.MAIN,
                KERNEL,
                false,
                OptionalInt.empty(),
                OptionalInt.empty())));
  }

  /** How a packet would go now: to this host itself, or by the best route of table main. */
  Route to(IpAddress destination) {
    IpPrefix host = IpPrefix.host(destination);
    if (stack.addresses.isLocal(destination)) {
      return new Route(
          host,
          Optional.empty(),
          1,
          Optional.of(destination),
          Route.Scope.UNIVERSE,
          0,
          LOCAL,
          0,
          false,
          OptionalInt.empty(),
          OptionalInt.empty());
    }
    RouteTable.Entry way =
        stack
            .routes
            .lookup(Route.MAIN, destination, entry -> true)
            .orElseThrow(
                () ->
                    new KernelException(
                        Errno.ENETUNREACH, "There is no route to " + destination + "."));
    Route route = way.route();
    return new Route(
        host,
        route.gateway(),
        route.linkIndex(),
        route.source().or(() -> sourceFor(way)),
        Route.Scope.UNIVERSE,
        route.priority(),
        route.table(),
        route.protocol(),
        route.onlink(),
        route.mtu(),
        route.advertisedMss());
  }

  /** The address of this host that packets on a route take: one that shares a network with it. */
  private Optional<IpAddress> sourceFor(RouteTable.Entry way) {
    IpAddress next = way.route().gateway().orElse(way.route().destination().address());
    Optional<IpAddress> first = Optional.empty();
    for (AddressTable.Entry entry : stack.addresses.of(way.device())) {
      if (entry.isV4() == way.isV4()) {
        if (entry.prefix().contains(next)) {
          return Optional.of(entry.prefix().address());
        }
        first = first.isPresent() ? first : Optional.of(entry.prefix().address());
      }
    }
    return first;
  }

  static void requireNoHostBitsInV4(Route route) {
    IpPrefix destination = route.destination();
    require(
        destination.isNetwork() || destination.address().isV6(),
        Errno.EINVAL,
        route,
        "has host bits in its destination");
  }

  private static void require(boolean holds, Errno errno, Route route, String complaint) {
    if (!holds) {
      throw refusal(errno, route, complaint);
    }
  }

  private static KernelException refusal(Errno errno, Route route, String complaint) {
    return new KernelException(
        errno, "The route to " + route.destination() + " " + complaint + ".");
  }
}

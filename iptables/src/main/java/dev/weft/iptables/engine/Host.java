package dev.weft.iptables.engine;

import dev.weft.iptables.ruleset.Match;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The node on which the rules are. It forwards, and takes every source address.
 *
 * @param addresses its own, on any interface; loopback addresses are known without
 * @param routes the longest that contains a destination is taken
 */
public record Host(Set<IpAddress> addresses, List<Route> routes) {
  static final String LOOPBACK = "lo";
  private static final IpAddress ALL = IpAddress.of("255.255.255.255");

  /**
   * A route.
   *
   * @param device the interface by which packets leave
   * @param source what a masqueraded connection has as its source there
   */
  public record Route(IpPrefix to, String device, IpAddress source) {}

  public Host {
    addresses = Set.copyOf(addresses);
    routes = List.copyOf(routes);
  }

  boolean isLocal(IpAddress address) {
    return address.isLoopback() || addresses.contains(address);
  }

  /**
   * Whether an address is of a kind, as {@code xt_addrtype} of Linux tells it. In IPv6, by its bits
   * alone, the node's own addresses are UNICAST too.
   */
  boolean is(Match.Kind kind, IpAddress address) {
    if (address.isV4()) {
      return kind(address) == kind;
    }
    return switch (kind) {
      case LOCAL -> isLocal(address);
      case MULTICAST -> address.isMulticast();
      case UNICAST -> !address.isMulticast() && !address.isUnspecified();
      case UNSPEC -> address.isUnspecified();
      case BROADCAST, ANYCAST, BLACKHOLE, UNREACHABLE, PROHIBIT -> false;
    };
  }

  /** As {@code inet_addr_type} tells it from the table of local addresses. */
  private Match.Kind kind(IpAddress address) {
    if (isLocal(address)) {
      return Match.Kind.LOCAL;
    }
    if (address.isMulticast()) {
      return Match.Kind.MULTICAST;
    }
    return address.equals(ALL) ? Match.Kind.BROADCAST : Match.Kind.UNICAST;
  }

  /** The interface that leads there, or nothing if none does. */
  Optional<String> device(IpAddress destination) {
    if (isLocal(destination)) {
      return Optional.of(LOOPBACK);
    }
    Optional<Route> best = Optional.empty();
    for (Route route : routes) {
      if (route.to().contains(destination)
          && (best.isEmpty() || best.get().to().length() < route.to().length())) {
        best = Optional.of(route);
      }
    }
    return best.map(Route::device);
  }

  /** The node's address on an interface, or nothing if no route tells it. */
  Optional<IpAddress> addressOn(String device, IpFamily family) {
    return routes.stream()
        .filter(route -> route.device().equals(device) && route.source().family() == family)
        .map(Route::source)
        .findFirst();
  }
}

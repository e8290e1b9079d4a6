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

  /** As {@code inet_addr_type} of Linux tells it from the table of local addresses. */
  Match.Kind kind(IpAddress address) {
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

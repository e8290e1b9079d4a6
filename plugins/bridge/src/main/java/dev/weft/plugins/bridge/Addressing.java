package dev.weft.plugins.bridge;

import dev.weft.cni.CniException;
import dev.weft.cni.ErrorCode;
import dev.weft.cni.Result;
import dev.weft.kernel.Route;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What a pod gets at layer 3: the IPAM plugin's answer, completed with gateways and default routes.
 *
 * @param ips all on one interface
 * @param routes as the result shows them; those without a gateway take their family's
 */
record Addressing(List<Result.Ip> ips, List<Result.Route> routes, Result.Dns dns) {

  /** A pod without addresses. */
  static final Addressing NONE = new Addressing(List.of(), List.of(), Result.Dns.NONE);

  Addressing {
    ips = List.copyOf(ips);
    routes = List.copyOf(routes);
  }

  /**
   * @param interfaceIndex of the pod's interface in the result
   * @throws CniException 7 if the IPAM plugin's answer cannot be completed
   */
  static Addressing of(Result ipam, BridgeConfig.Gateway gateway, int interfaceIndex) {
    if (ipam.ips().isEmpty()) {
      throw new CniException(
          ErrorCode.INVALID_CONFIGURATION,
          "ipam gave the pod no address, but should give at least one");
    }
    List<Result.Ip> ips = new ArrayList<>();
    for (Result.Ip ip : ipam.ips()) {
      Optional<IpAddress> given =
          gateway == BridgeConfig.Gateway.NONE
              ? ip.gateway()
              : Optional.of(ip.gateway().orElseGet(() -> firstOf(ip.address())));
      ips.add(new Result.Ip(ip.address(), given, OptionalInt.of(interfaceIndex)));
    }
    // A route that is listed twice is one route.
    Addressing addressing =
        new Addressing(ips, List.copyOf(new LinkedHashSet<>(ipam.routes())), ipam.dns());
    return gateway == BridgeConfig.Gateway.DEFAULT_ROUTE
        ? addressing.withDefaultRoutes()
        : addressing;
  }

  List<IpPrefix> addresses() {
    List<IpPrefix> addresses = new ArrayList<>();
    for (Result.Ip ip : ips) {
      addresses.add(ip.address());
    }
    return addresses;
  }

  boolean has(IpFamily family) {
    for (Result.Ip ip : ips) {
      if (ip.address().family() == family) {
        return true;
      }
    }
    return false;
  }

  static List<IpAddress> withoutLengths(List<IpPrefix> prefixes) {
    List<IpAddress> addresses = new ArrayList<>(prefixes.size());
    for (IpPrefix prefix : prefixes) {
      addresses.add(prefix.address());
    }
    return addresses;
  }

  /** The gateways with the lengths of their networks, as the bridge bears them. */
  List<IpPrefix> gateways() {
    Set<IpPrefix> gateways = new LinkedHashSet<>();
    for (Result.Ip ip : ips) {
      ip.gateway().ifPresent(g -> gateways.add(new IpPrefix(g, ip.address().length())));
    }
    return List.copyOf(gateways);
  }

  /** By which packets of a family leave, unless a route says otherwise: the first that is known. */
  Optional<IpAddress> gateway(IpFamily family) {
    for (Result.Ip ip : ips) {
      if (ip.address().family() == family && ip.gateway().isPresent()) {
        return ip.gateway();
      }
    }
    return Optional.empty();
  }

  /**
   * A default route that stands but leads nowhere gets the gateway; one that is missing is added.
   */
  private Addressing withDefaultRoutes() {
    List<Result.Route> completed = new ArrayList<>(routes);
    for (IpFamily family : IpFamily.values()) {
      Optional<IpAddress> gateway = gateway(family);
      if (gateway.isEmpty()) {
        continue;
      }
      IpPrefix everything = IpPrefix.everything(family);
      boolean found = false;
      for (int i = 0; i < completed.size(); i++) {
        Result.Route route = completed.get(i);
        if (route.destination().equals(everything) && isInMainTable(route)) {
          found = true;
          completed.set(i, route.gateway().isPresent() ? route : through(route, gateway));
        }
      }
      if (!found) {
        completed.add(new Result.Route(everything, gateway));
      }
    }
    return new Addressing(ips, completed, dns);
  }

  private static boolean isInMainTable(Result.Route route) {
    return route.table().orElse(Route.MAIN) == Route.MAIN;
  }

  private static Result.Route through(Result.Route route, Optional<IpAddress> gateway) {
    return new Result.Route(
        route.destination(),
        gateway,
        route.mtu(),
        route.advertisedMss(),
        route.priority(),
        route.table(),
        route.scope());
  }

  private static IpAddress firstOf(IpPrefix address) {
    if (address.length() == address.family().bits()) {
      throw new CniException(
          ErrorCode.INVALID_CONFIGURATION,
          "isGateway is true and ipam gave the pod "
              + address
              + ", whose network has no other address: ipam should name a gateway");
    }
    return address.first().plus(1);
  }
}

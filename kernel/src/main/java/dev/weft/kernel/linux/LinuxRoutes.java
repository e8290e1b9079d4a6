package dev.weft.kernel.linux;

import static dev.weft.kernel.linux.Rtnetlink.AF_INET;
import static dev.weft.kernel.linux.Rtnetlink.AF_INET6;
import static dev.weft.kernel.linux.Rtnetlink.RTM_DELROUTE;
import static dev.weft.kernel.linux.Rtnetlink.RTM_GETROUTE;
import static dev.weft.kernel.linux.Rtnetlink.RTM_NEWROUTE;
import static dev.weft.kernel.netlink.MessageWriter.NLM_F_CREATE;
import static dev.weft.kernel.netlink.MessageWriter.NLM_F_EXCL;
import static dev.weft.kernel.netlink.MessageWriter.NLM_F_REPLACE;

import dev.weft.kernel.Route;
import dev.weft.kernel.netlink.Message;
import dev.weft.kernel.netlink.MessageWriter;
import dev.weft.kernel.netlink.NetlinkException;
import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;

/** The routes of one namespace (linux/rtnetlink.h). */
final class LinuxRoutes {
  /** The bytes of struct rtmsg and of struct rtnexthop. */
  static final int HEADER = 12;

  static final int NEXT_HOP_HEADER = 8;

  static final int RTA_DST = 1;
  static final int RTA_OIF = 4;
  static final int RTA_GATEWAY = 5;
  static final int RTA_PRIORITY = 6;
  static final int RTA_PREFSRC = 7;
  static final int RTA_METRICS = 8;
  static final int RTA_MULTIPATH = 9;
  static final int RTA_TABLE = 15;
  static final int RTA_VIA = 18;

  /** In RTA_METRICS. */
  static final int RTAX_MTU = 2;

  static final int RTAX_ADVMSS = 8;

  static final int RTN_UNICAST = 1;
  static final int RTNH_F_ONLINK = 4;

  /** Has a lookup say which table the route is in. */
  private static final int RTM_F_LOOKUP_TABLE = 0x1000;

  private static final int RT_SCOPE_NOWHERE = 255;
  private static final int RT_TABLE_COMPAT = 252;
  private static final int RT_TABLE_LOCAL = 255;

  private final NamespaceHandle namespace;
  private final LinuxLinks links;

  LinuxRoutes(NamespaceHandle namespace, LinuxLinks links) {
    this.namespace = namespace;
    this.links = links;
  }

  List<Route> all() {
    List<Route> routes = new ArrayList<>();
    try {
      dump(AF_INET, routes);
      dump(AF_INET6, routes);
    } catch (NetlinkException e) {
      throw Refusal.because("cannot list the routes in " + namespace, e);
    }
    routes.removeIf(route -> route.table() == RT_TABLE_LOCAL);
    return routes;
  }

  private void dump(int family, List<Route> routes) throws NetlinkException {
    MessageWriter request = header(new MessageWriter(RTM_GETROUTE, 0), family, 0, 0, 0, 0, 0, 0);
    for (Message message : namespace.route().dump(request)) {
      RouteReader reader = new RouteReader(message);
      // A kernel without IPv6 answers with the routes of all families instead.
      if (reader.family() == family && reader.isUnicast()) {
        reader.read(routes);
      }
    }
  }

  Route to(IpAddress destination) {
    MessageWriter request =
        header(
            new MessageWriter(RTM_GETROUTE, 0),
            Rtnetlink.number(destination.family()),
            destination.family().bits(),
            0,
            0,
            0,
            0,
            destination.isV4() ? RTM_F_LOOKUP_TABLE : 0); // IPv6 refuses it, and says it unasked
    request.attribute(RTA_DST, destination.toBytes());
    try {
      List<Route> routes = new ArrayList<>(1);
      new RouteReader(namespace.route().ask(request).getFirst()).read(routes);
      return routes.getFirst();
    } catch (NetlinkException e) {
      throw Refusal.because("cannot find a route to " + destination + " in " + namespace, e);
    }
  }

  void add(Route route) {
    write(route, NLM_F_CREATE | NLM_F_EXCL, "add");
  }

  void replace(Route route) {
    write(route, NLM_F_CREATE | NLM_F_REPLACE, "set");
  }

  private void write(Route route, int flags, String verb) {
    MessageWriter request =
        header(
            new MessageWriter(RTM_NEWROUTE, flags),
            Rtnetlink.number(route.destination().family()),
            route.destination().length(),
            route.table(),
            route.protocol(),
            route.scope().number(),
            RTN_UNICAST,
            route.onlink() ? RTNH_F_ONLINK : 0);
    writePath(request, route);
    if (route.source().isPresent()) {
      request.attribute(RTA_PREFSRC, route.source().get().toBytes());
    }
    if (route.mtu().isPresent() || route.advertisedMss().isPresent()) {
      int metrics = request.begin(RTA_METRICS);
      if (route.mtu().isPresent()) {
        request.attributeInt(RTAX_MTU, route.mtu().getAsInt());
      }
      if (route.advertisedMss().isPresent()) {
        request.attributeInt(RTAX_ADVMSS, route.advertisedMss().getAsInt());
      }
      request.end(metrics);
    }
    try {
      namespace.route().execute(request);
    } catch (NetlinkException e) {
      throw Refusal.because("cannot " + verb + " " + describe(route), e);
    }
  }

  void remove(Route route) {
    // What is 0 here, and the scope that none has, match whatever the route has.
    MessageWriter request =
        header(
            new MessageWriter(RTM_DELROUTE, 0),
            Rtnetlink.number(route.destination().family()),
            route.destination().length(),
            route.table(),
            0,
            RT_SCOPE_NOWHERE,
            0,
            0);
    writePath(request, route);
    try {
      namespace.route().execute(request);
    } catch (NetlinkException e) {
      throw Refusal.because("cannot remove " + describe(route), e);
    }
  }

  /** Where the route leads, and through what. */
  private static void writePath(MessageWriter request, Route route) {
    IpPrefix destination = route.destination();
    if (destination.length() > 0) {
      request.attribute(RTA_DST, destination.address().toBytes());
    }
    if (route.gateway().isPresent()) {
      IpAddress gateway = route.gateway().get();
      if (gateway.family() == destination.family()) {
        request.attribute(RTA_GATEWAY, gateway.toBytes());
      } else {
        int via = request.beginUnmarked(RTA_VIA);
        request.putShort(Rtnetlink.number(gateway.family())).put(gateway.toBytes()).end(via);
      }
    }
    if (route.linkIndex() > 0) {
      request.attributeInt(RTA_OIF, route.linkIndex());
    }
    if (route.priority() != 0) {
      request.attributeInt(RTA_PRIORITY, route.priority());
    }
    request.attributeInt(RTA_TABLE, route.table());
  }

  /** Writes struct rtmsg. */
  private static MessageWriter header(
      MessageWriter message,
      int family,
      int destinationLength,
      int table,
      int protocol,
      int scope,
      int type,
      int flags) {
    return message
        .putByte(family)
        .putByte(destinationLength)
        .putByte(0)
        .putByte(0)
        .putByte(table > 255 ? RT_TABLE_COMPAT : table)
        .putByte(protocol)
        .putByte(scope)
        .putByte(type)
        .putInt(flags);
  }

  private String describe(Route route) {
    StringBuilder text = new StringBuilder("route to ").append(route.destination());
    if (route.gateway().isPresent()) {
      text.append(" via ").append(route.gateway().get());
    }
    if (route.linkIndex() > 0) {
      text.append(" on ").append(links.describe(route.linkIndex()));
    } else {
      text.append(" in ").append(namespace);
    }
    return text.append(", table ").append(route.table()).toString();
  }
}

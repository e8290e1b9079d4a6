package dev.weft.kernel.linux;

import static dev.weft.kernel.linux.LinuxRoutes.*;

import dev.weft.kernel.Route;
import dev.weft.kernel.netlink.AttributeReader;
import dev.weft.kernel.netlink.Message;
import dev.weft.kernel.netlink.NetlinkException;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Reads routes from the message that describes them (RTM_NEWROUTE). */
final class RouteReader {
  private final int family;
  private final int length;
  private final int protocol;
  private final int scope;
  private final int type;
  private final int flags;

  private @Nullable IpAddress destination;
  private @Nullable IpAddress source;
  private int priority;
  private int table;
  private OptionalInt mtu = OptionalInt.empty();
  private OptionalInt advertisedMss = OptionalInt.empty();

  private final AttributeReader body;

  /** Reads the fixed part, struct rtmsg. */
  RouteReader(Message message) throws NetlinkException {
    body = message.body();
    family = body.getByte(0);
    length = body.getByte(1);
    table = body.getByte(4);
    protocol = body.getByte(5);
    scope = body.getByte(6);
    type = body.getByte(7);
    flags = body.getInt(8);
    body.skip(HEADER);
  }

  int family() {
    return family;
  }

  boolean isUnicast() {
    return type == RTN_UNICAST;
  }

  /** Adds the route that the message describes; one for each next hop if there are several. */
  void read(List<Route> routes) throws NetlinkException {
    NextHop only = new NextHop(0, flags);
    AttributeReader several = null;
    while (body.next()) {
      switch (body.type()) {
        case RTA_DST -> destination = Rtnetlink.address(family, body);
        case RTA_PREFSRC -> source = Rtnetlink.address(family, body);
        case RTA_OIF -> only.index = body.asInt();
        case RTA_PRIORITY -> priority = body.asInt();
        case RTA_TABLE -> table = body.asInt();
        case RTA_METRICS -> metrics(body.nested());
        case RTA_MULTIPATH -> several = body.nested();
        default -> only.take(family, body);
      }
    }
    if (several == null) {
      routes.add(route(only));
      return;
    }
    // struct rtnexthop: length, flags, weight, index; then attributes of its own
    while (several.remaining() >= NEXT_HOP_HEADER) {
      NextHop hop = new NextHop(several.getInt(4), several.getByte(2));
      AttributeReader attributes = several.take(several.getShort(0)).skip(NEXT_HOP_HEADER);
      while (attributes.next()) {
        hop.take(family, attributes);
      }
      routes.add(route(hop));
    }
  }

  private Route route(NextHop hop) throws NetlinkException {
    IpFamily of = family == Rtnetlink.AF_INET ? IpFamily.V4 : IpFamily.V6;
    IpPrefix prefix =
        Rtnetlink.prefix(destination == null ? IpAddress.zero(of) : destination, length);
    return new Route(
        prefix,
        Optional.ofNullable(hop.gateway),
        hop.index,
        Optional.ofNullable(source),
        new Route.Scope(scope),
        priority,
        table,
        protocol,
        (hop.flags & RTNH_F_ONLINK) != 0,
        mtu,
        advertisedMss);
  }

  private void metrics(AttributeReader metrics) throws NetlinkException {
    while (metrics.next()) {
      switch (metrics.type()) {
        case RTAX_MTU -> mtu = OptionalInt.of(metrics.asInt());
        case RTAX_ADVMSS -> advertisedMss = OptionalInt.of(metrics.asInt());
        default -> {}
      }
    }
  }

  /** One way that a route leads. */
  private static final class NextHop {
    private int index;
    private final int flags;
    private @Nullable IpAddress gateway;

    NextHop(int index, int flags) {
      this.index = index;
      this.flags = flags;
    }

    void take(int family, AttributeReader attribute) throws NetlinkException {
      switch (attribute.type()) {
        case RTA_GATEWAY -> gateway = Rtnetlink.address(family, attribute);
        case RTA_VIA -> {
          // struct rtvia: a gateway of another family than the route's
          AttributeReader via = attribute.nested();
          boolean v4 = via.getShort(0) == Rtnetlink.AF_INET;
          gateway = IpAddress.of(via.getBytes(2, v4 ? 4 : 16));
        }
        default -> {}
      }
    }
  }
}

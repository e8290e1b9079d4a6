package dev.weft.kernel;

import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A unicast route.
 *
 * @param destination a network; {@code /0} for the default route
 * @param gateway absent if the destination is on the link
 * @param source the address that local packets take (RTA_PREFSRC)
 * @param priority the metric; 0 is what IPv4 shows for none, IPv6 turns 0 into 1024
 * @param table 254 is main
 * @param protocol who made it (rtm_protocol): 2 kernel, 3 boot, 4 static
 * @param onlink takes the gateway to be on the link whatever its address
 * @param mtu path MTU in bytes
 * @param advertisedMss in bytes
 */
public record Route(
    IpPrefix destination,
    Optional<IpAddress> gateway,
    int linkIndex,
    Optional<IpAddress> source,
    Scope scope,
    int priority,
    int table,
    int protocol,
    boolean onlink,
    OptionalInt mtu,
    OptionalInt advertisedMss) {

  /** Table main. */
  public static final int MAIN = 254;

  /** Made by the administrator's tools at boot, as {@code ip route add} marks it. */
  public static final int BOOT = 3;

  /** How far away the destination is (rtm_scope). Only IPv4 uses it. */
  public record Scope(int number) {
    public static final Scope UNIVERSE = new Scope(0);
    public static final Scope LINK = new Scope(253);
    public static final Scope HOST = new Scope(254);
  }

  /** The same route with another source, or none. */
  public Route withSource(Optional<IpAddress> other) {
    return new Route(
        destination,
        gateway,
        linkIndex,
        other,
        scope,
        priority,
        table,
        protocol,
        onlink,
        mtu,
        advertisedMss);
  }

  /** The same route in another table. */
  public Route inTable(int other) {
    return new Route(
        destination,
        gateway,
        linkIndex,
        source,
        scope,
        priority,
        other,
        protocol,
        onlink,
        mtu,
        advertisedMss);
  }

  /** A route in the main table through a gateway. */
  public static Route via(IpPrefix destination, IpAddress gateway, int linkIndex) {
    return new Route(
        destination,
        Optional.of(gateway),
        linkIndex,
        Optional.empty(),
        Scope.UNIVERSE,
        0,
        MAIN,
        BOOT,
        false,
        OptionalInt.empty(),
        OptionalInt.empty());
  }

  /** A route in the main table to a network on the link itself. */
  public static Route onLink(IpPrefix destination, int linkIndex) {
    return new Route(
        destination,
        Optional.empty(),
        linkIndex,
        Optional.empty(),
        Scope.LINK,
        0,
        MAIN,
        BOOT,
        false,
        OptionalInt.empty(),
        OptionalInt.empty());
  }
}

package dev.weft.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Routes: what is refused, what displaces what, and which one a packet takes. */
class RouteContractTest extends NamespaceContract {
  private Link a;

  @BeforeEach
  void linkWithAddresses() {
    a = upVeth("a", MAC_A);
    address(a, "10.1.0.1/24");
    address(a, "fd00::1/64");
  }

  @Test
  void aRouteIsReadAsItWasAdded() {
    Route v4 =
        new Route(
            IpPrefix.of("10.9.0.0/16"),
            Optional.of(IpAddress.of("10.1.0.254")),
            a.index(),
            Optional.of(IpAddress.of("10.1.0.1")),
            Route.Scope.UNIVERSE,
            7,
            100,
            4,
            false,
            OptionalInt.of(1300),
            OptionalInt.of(1200));
    here.add(v4);
    assertEquals(v4, route("10.9.0.0/16"));
    Route v6 =
        new Route(
            IpPrefix.of("fd09::/64"),
            Optional.of(IpAddress.of("fd00::fe")),
            a.index(),
            Optional.of(IpAddress.of("fd00::1")),
            Route.Scope.UNIVERSE,
            7,
            100,
            4,
            false,
            OptionalInt.of(1300),
            OptionalInt.of(1200));
    here.add(v6);
    assertEquals(v6, route("fd09::/64"));
  }

  @Test
  void ipv6HasADefaultPriorityAndNoScope() {
    here.add(onLink("fd09::/64", a));
    assertEquals(1024, route("fd09::/64").priority());
    assertEquals(Route.Scope.UNIVERSE, route("fd09::/64").scope());
    here.add(onLink("10.9.0.0/16", a));
    assertEquals(0, route("10.9.0.0/16").priority());
    assertEquals(Route.Scope.LINK, route("10.9.0.0/16").scope());
  }

  @Test
  void hostBitsAreRefusedInIpv4AndDroppedInIpv6() {
    refused(Errno.EINVAL, () -> here.add(onLink("10.9.0.1/16", a)));
    here.add(onLink("fd09::1/64", a));
    assertEquals(IpPrefix.of("fd09::/64"), route("fd09::/64").destination());
  }

  @Test
  void aRouteNeedsALinkThatIsUp() {
    Link down = veth("b", MAC_B);
    address(down, "10.2.0.1/24");
    for (String destination : List.of("10.9.0.0/16", "fd09::/64")) {
      refused(Errno.ENODEV, () -> here.add(Route.onLink(IpPrefix.of(destination), NOWHERE)));
      refused(Errno.ENETDOWN, () -> here.add(onLink(destination, down)));
    }
    refused(Errno.ENETUNREACH, () -> here.add(via("10.9.0.0/16", "10.2.0.2", down)));
    refused(Errno.EHOSTUNREACH, () -> here.add(via("fd09::/64", "fd02::2", down)));
  }

  @Test
  void aGatewayMustBeOnTheLinkUnlessTheRouteSaysSo() {
    refused(Errno.ENETUNREACH, () -> here.add(via("10.9.0.0/16", "10.2.0.1", a)));
    refused(Errno.EHOSTUNREACH, () -> here.add(via("fd09::/64", "fd02::1", a)));
    here.add(onlinkVia("10.9.0.0/16", "10.2.0.1"));
    here.add(onlinkVia("fd09::/64", "fd02::1"));
    assertEquals(onlinkVia("10.9.0.0/16", "10.2.0.1"), route("10.9.0.0/16"));
    assertEquals(true, route("fd09::/64").onlink());
  }

  @Test
  void aGatewayBehindAGatewayIsNotOnTheLink() {
    here.add(via("10.2.0.0/16", "10.1.0.254", a));
    here.add(via("fd02::/64", "fd00::fe", a));
    refused(Errno.ENETUNREACH, () -> here.add(via("10.9.0.0/16", "10.2.0.1", a)));
    refused(Errno.EHOSTUNREACH, () -> here.add(via("fd09::/64", "fd02::1", a)));
  }

  @Test
  void anIpv6GatewayMayBeLinkLocal() {
    here.add(via("fd09::/64", "fe80::1", a));
    assertEquals(Optional.of(IpAddress.of("fe80::1")), route("fd09::/64").gateway());
  }

  @Test
  void anAddressOfThisHostIsAGatewayInIpv4Only() {
    here.add(via("10.9.0.0/16", "10.1.0.1", a));
    refused(Errno.EINVAL, () -> here.add(via("fd09::/64", "fd00::1", a)));
    refused(Errno.EINVAL, () -> here.add(via("10.8.0.0/16", "10.1.0.255", a)));
  }

  @Test
  void aSourceMustBeAnAddressOfThisHost() {
    refused(Errno.EINVAL, () -> here.add(from(onLink("10.9.0.0/16", a), "10.1.0.77")));
    refused(Errno.EINVAL, () -> here.add(from(onLink("fd09::/64", a), "fd00::77")));
  }

  @Test
  void aRouteWhoseSourceGoesGoesInIpv4AndLosesItInIpv6() {
    address(a, "10.2.0.1/24");
    address(a, "fd02::1/64");
    here.add(from(onLink("10.9.0.0/16", a), "10.2.0.1"));
    here.add(from(onLink("fd09::/64", a), "fd02::1"));
    removeAddress(a, "10.2.0.1/24");
    removeAddress(a, "fd02::1/64");
    assertEquals(Set.of("10.1.0.0/24", "fd00::/64", "fd09::/64"), destinations());
    assertEquals(Optional.empty(), route("fd09::/64").source());
  }

  @Test
  void destinationTableAndPriorityMakeARouteTheSame() {
    here.add(via("10.9.0.0/16", "10.1.0.254", a));
    refused(Errno.EEXIST, () -> here.add(via("10.9.0.0/16", "10.1.0.253", a)));
    here.add(with(via("10.9.0.0/16", "10.1.0.253", a), 5, Route.MAIN));
    here.add(with(via("10.9.0.0/16", "10.1.0.253", a), 0, 100));
    here.add(via("fd09::/64", "fd00::fe", a));
    refused(Errno.EEXIST, () -> here.add(via("fd09::/64", "fd00::fd", a)));
    refused(Errno.EEXIST, () -> here.add(with(via("fd09::/64", "fd00::fd", a), 1024, Route.MAIN)));
    here.add(with(via("fd09::/64", "fd00::fd", a), 5, Route.MAIN));
    here.add(with(via("fd09::/64", "fd00::fd", a), 0, 100));
    assertEquals(8, routes().size());
  }

  @Test
  void aRouteIsReplacedByOneWithItsDestinationAndPriority() {
    for (String[] words :
        List.of(
            new String[] {"10.9.0.0/16", "10.1.0.254", "10.1.0.253"},
            new String[] {"fd09::/64", "fd00::fe", "fd00::fd"})) {
      here.replace(via(words[0], words[1], a));
      here.replace(via(words[0], words[2], a));
      assertEquals(Optional.of(IpAddress.of(words[2])), route(words[0]).gateway());
      here.replace(via(words[0], words[2], a));
      here.replace(with(via(words[0], words[1], a), 5, Route.MAIN));
    }
    assertEquals(6, routes().size());
    refused(Errno.ENETUNREACH, () -> here.replace(via("10.9.0.0/16", "10.2.0.1", a)));
  }

  @Test
  void aRouteIsRemovedByDestinationTableGatewayAndPriority() {
    for (String[] words :
        List.of(
            new String[] {"10.9.0.0/16", "10.1.0.254", "10.1.0.253"},
            new String[] {"fd09::/64", "fd00::fe", "fd00::fd"})) {
      Route route = via(words[0], words[1], a);
      refused(Errno.ESRCH, () -> here.remove(route));
      here.add(route);
      here.add(with(route, 7, Route.MAIN));
      refused(Errno.ESRCH, () -> here.remove(via(words[0], words[2], a)));
      refused(Errno.ESRCH, () -> here.remove(with(route, 0, 100)));
      refused(Errno.ESRCH, () -> here.remove(with(route, 9, Route.MAIN)));
      here.remove(with(route, 7, Route.MAIN));
      here.remove(onLink(words[0], a));
      refused(Errno.ESRCH, () -> here.remove(route));
    }
    here.remove(onLink("10.1.0.0/24", a));
    here.remove(onLink("fd00::/64", a));
    assertEquals(Set.of(), destinations());
  }

  @Test
  void routesDoNotOutliveTheirLinksBeingUp() {
    here.add(via("10.9.0.0/16", "10.1.0.254", a));
    here.add(via("fd09::/64", "fd00::fe", a));
    here.change(a.index(), new LinkChange.Down());
    assertEquals(Set.of(), destinations());
    here.change(a.index(), new LinkChange.Up());
    assertEquals(Set.of("10.1.0.0/24"), destinations());
  }

  @Test
  void aPacketTakesTheLongestPrefixThenTheLowestPriority() {
    here.add(with(via("0.0.0.0/0", "10.1.0.250", a), 9, Route.MAIN));
    here.add(with(via("0.0.0.0/0", "10.1.0.251", a), 5, Route.MAIN));
    here.add(via("10.9.0.0/16", "10.1.0.252", a));
    here.add(with(via("::/0", "fd00::a", a), 9, Route.MAIN));
    here.add(with(via("::/0", "fd00::b", a), 5, Route.MAIN));
    here.add(via("fd09::/64", "fd00::c", a));
    assertEquals(Optional.of(IpAddress.of("10.1.0.251")), gatewayTo("8.8.8.8"));
    assertEquals(Optional.of(IpAddress.of("10.1.0.252")), gatewayTo("10.9.8.8"));
    assertEquals(Optional.empty(), gatewayTo("10.1.0.9"));
    assertEquals(Optional.of(IpAddress.of("fd00::b")), gatewayTo("2001::8"));
    assertEquals(Optional.of(IpAddress.of("fd00::c")), gatewayTo("fd09::8"));
    assertEquals(Optional.empty(), gatewayTo("fd00::9"));
  }

  @Test
  void theWayToAnAddressNamesLinkAndSource() {
    Route v4 = here.routeTo(IpAddress.of("10.1.0.9"));
    assertEquals(a.index(), v4.linkIndex());
    assertEquals(Optional.of(IpAddress.of("10.1.0.1")), v4.source());
    Route v6 = here.routeTo(IpAddress.of("fd00::9"));
    assertEquals(a.index(), v6.linkIndex());
    assertEquals(Optional.of(IpAddress.of("fd00::1")), v6.source());
  }

  @Test
  void theWayToAnOwnAddressIsThroughLoopback() {
    here.change(1, new LinkChange.Up());
    for (String own : List.of("10.1.0.1", "fd00::1", "127.0.0.1")) {
      eventually(() -> here.routeTo(IpAddress.of(own)).linkIndex() == 1, own);
    }
  }

  @Test
  void thereMayBeNoWay() {
    refused(Errno.ENETUNREACH, () -> here.routeTo(IpAddress.of("8.8.8.8")));
    refused(Errno.ENETUNREACH, () -> here.routeTo(IpAddress.of("2001::8")));
  }

  private Optional<IpAddress> gatewayTo(String destination) {
    return here.routeTo(IpAddress.of(destination)).gateway();
  }

  private Route onlinkVia(String destination, String gateway) {
    Route route = via(destination, gateway, a);
    return new Route(
        route.destination(),
        route.gateway(),
        route.linkIndex(),
        route.source(),
        route.scope(),
        route.priority(),
        route.table(),
        route.protocol(),
        true,
        route.mtu(),
        route.advertisedMss());
  }

  private static Route from(Route route, String source) {
    return route.withSource(Optional.of(IpAddress.of(source)));
  }

  private static Route with(Route route, int priority, int table) {
    return new Route(
        route.destination(),
        route.gateway(),
        route.linkIndex(),
        route.source(),
        route.scope(),
        priority,
        table,
        route.protocol(),
        route.onlink(),
        route.mtu(),
        route.advertisedMss());
  }
}

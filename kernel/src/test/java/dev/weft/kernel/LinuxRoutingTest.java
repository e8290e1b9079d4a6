package dev.weft.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import dev.weft.net.MacAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Addresses, routes and neighbours of the real kernel, as iproute2 sees them. */
class LinuxRoutingTest extends OnLinux {
  @Test
  void addressesAreAsGoPluginsPutThem() {
    Link link = veth();
    for (String text : List.of("10.1.2.3/24", "10.9.0.1/31", "10.8.0.1/32", "fd00::5/64")) {
      host.add(InterfaceAddress.of(link.index(), IpPrefix.of(text)));
    }
    String shown = ip(host, "addr show host0");
    assertTrue(shown.contains("inet 10.1.2.3/24 brd 10.1.2.255 scope global host0"), shown);
    assertTrue(shown.contains("inet 10.9.0.1/31 scope global host0"), shown);
    assertTrue(shown.contains("inet 10.8.0.1/32 scope global host0"), shown);
    assertTrue(shown.contains("inet6 fd00::5/64 scope global nodad"), shown);
    assertTrue(
        host.addresses()
            .contains(
                new InterfaceAddress(link.index(), IpPrefix.of("fd00::5/64"), true, false, false)));
    InterfaceAddress address = InterfaceAddress.of(link.index(), IpPrefix.of("10.1.2.3/24"));
    KernelException e = refused(() -> host.add(address));
    assertEquals(Errno.EEXIST, e.errno());
    assertTrue(
        e.getMessage()
            .startsWith("cannot add address 10.1.2.3/24 to link " + link.index() + " (host0)"),
        e.getMessage());
    host.remove(address);
    assertEquals(Errno.EADDRNOTAVAIL, refused(() -> host.remove(address)).errno());
  }

  @Test
  void routesAreReadAsTheyWereAdded() {
    Link link = veth();
    int index = link.index();
    host.change(index, new LinkChange.Up());
    host.add(InterfaceAddress.of(index, IpPrefix.of("10.1.0.1/24")));
    host.add(InterfaceAddress.of(index, IpPrefix.of("fd00::1/64")));
    IpAddress gateway = IpAddress.of("10.1.0.9");
    Route full =
        new Route(
            IpPrefix.of("10.2.0.0/16"),
            Optional.of(gateway),
            index,
            Optional.of(IpAddress.of("10.1.0.1")),
            Route.Scope.UNIVERSE,
            77,
            1000,
            4,
            true,
            OptionalInt.of(1300),
            OptionalInt.of(1260));
    Route v6 = Route.via(IpPrefix.of("::/0"), IpAddress.of("fd00::9"), index);
    Route overV6 = Route.via(IpPrefix.of("10.3.0.0/16"), IpAddress.of("fd00::9"), index);
    for (Route route :
        List.of(
            full,
            overV6,
            Route.via(IpPrefix.of("0.0.0.0/0"), gateway, index),
            Route.onLink(IpPrefix.of("10.4.0.0/16"), index))) {
      host.add(route);
      assertTrue(host.routes().contains(route), () -> route + " not in " + host.routes());
      assertEquals(Errno.EEXIST, refused(() -> host.add(route)).errno());
      host.replace(route);
    }
    host.add(v6);
    assertTrue(ip(host, "-6 route").contains("default via fd00::9 dev host0 metric 1024"));
    assertEquals(gateway, host.routeTo(IpAddress.of("192.0.2.1")).gateway().orElseThrow());
    assertTrue(host.routes().stream().noneMatch(route -> route.table() == 255), "no table local");
    for (Route route : List.of(full, v6, overV6)) {
      host.remove(route);
      KernelException e = refused(() -> host.remove(route));
      assertEquals(Errno.ESRCH, e.errno());
      assertTrue(e.getMessage().contains("(host0)"), e.getMessage());
    }
  }

  @Test
  void aRouteOfManyHopsIsReadAsManyRoutes() {
    Link link = veth();
    host.change(link.index(), new LinkChange.Up());
    host.add(InterfaceAddress.of(link.index(), IpPrefix.of("10.1.0.1/24")));
    ip(
        host,
        "route add 10.5.0.0/16 proto static nexthop via 10.1.0.2 dev host0 weight 1"
            + " nexthop via 10.1.0.3 dev host0 weight 1");
    List<IpAddress> gateways =
        host.routes().stream()
            .filter(route -> route.destination().equals(IpPrefix.of("10.5.0.0/16")))
            .map(route -> route.gateway().orElseThrow())
            .toList();
    assertEquals(List.of(IpAddress.of("10.1.0.2"), IpAddress.of("10.1.0.3")), gateways);
  }

  @Test
  void saysThatThereIsNoRoute() {
    KernelException e = refused(() -> host.routeTo(IpAddress.of("192.0.2.1")));
    assertEquals(Errno.ENETUNREACH, e.errno());
  }

  @Test
  void neighboursAndForwardingEntriesComeBack() {
    Link bridge = bridge(false);
    Link port = veth();
    host.change(bridge.index(), new LinkChange.Up());
    host.change(port.index(), new LinkChange.Master(bridge.index()), new LinkChange.Up());
    MacAddress other = MacAddress.of("02:00:00:00:00:77");
    List<Neighbour> neighbours =
        List.of(
            new Neighbour.Resolved(
                bridge.index(), IpAddress.of("10.1.0.7"), Optional.of(other), true),
            new Neighbour.Resolved(
                bridge.index(), IpAddress.of("fd00::7"), Optional.of(other), false),
            new Neighbour.Forwarding(port.index(), other, Optional.empty(), false, true));
    for (Neighbour neighbour : neighbours) {
      host.replace(neighbour);
      assertTrue(host.neighbours().contains(neighbour), () -> "" + host.neighbours());
    }
    assertTrue(LinuxNamespaces.run(host, "bridge", "fdb").contains("dev host0 master br0 static"));
    for (Neighbour neighbour : neighbours) {
      assertTrue(host.remove(neighbour));
    }
    assertFalse(host.remove(neighbours.getFirst()));
  }

  @Test
  void tunnelEndsAreForwardingEntriesOfTheVxlanItself() {
    try {
      ip(host, "link add vx0 type vxlan id 7 dstport 4789 nolearning");
    } catch (RuntimeException e) {
      Assumptions.abort("this kernel has no VXLAN: " + e.getMessage());
    }
    int index = host.link("vx0").orElseThrow().index();
    assertEquals(new Link.Kind.Other("vxlan"), host.link(index).orElseThrow().kind());
    for (String mac : List.of("02:00:00:00:00:01", "00:00:00:00:00:00")) {
      Neighbour end =
          new Neighbour.Forwarding(
              index, MacAddress.of(mac), Optional.of(IpAddress.of("192.0.2.5")), true, true);
      host.replace(end);
      host.replace(end);
      assertTrue(host.neighbours().contains(end), () -> "" + host.neighbours());
      host.remove(end);
      assertFalse(host.neighbours().contains(end));
    }
  }

  @Test
  void anAddressThatWasWaitedForListensToItsSolicitedNodeGroup() throws Exception {
    Link here = veth();
    host.change(here.index(), new LinkChange.Up());
    pod.change(pod.link("eth0").orElseThrow().index(), new LinkChange.Up());
    for (int i = 1; i <= 50; i++) {
      IpAddress address = IpAddress.of("fd00::").plus(i);
      host.add(new InterfaceAddress(here.index(), IpPrefix.host(address), true, false, false));
      host.awaitReachable(here.index(), List.of(address));
      String group = "ff0200000000000000000001ff%06x".formatted(i);
      String groups = host.inside(() -> Files.readString(Path.of("/proc/thread-self/net/igmp6")));
      assertTrue(groups.contains(group), () -> group + " not in " + groups);
    }
  }

  @Test
  void anAnnouncementTeachesTheOtherEnd() throws InterruptedException {
    Link here = veth();
    Link there = pod.link("eth0").orElseThrow();
    pod.sysctl().set("1", "net", "ipv4", "conf", "eth0", "arp_accept");
    pod.change(there.index(), new LinkChange.Up());
    host.change(here.index(), new LinkChange.Up());
    pod.add(InterfaceAddress.of(there.index(), IpPrefix.of("10.1.0.2/24")));
    pod.add(InterfaceAddress.of(there.index(), IpPrefix.of("fd00::2/64")));
    IpAddress v4 = IpAddress.of("10.1.0.1");
    IpAddress v6 = IpAddress.of("fd00::1");
    MacAddress stale = MacAddress.of("02:00:00:00:00:0f");
    pod.replace(new Neighbour.Resolved(there.index(), v6, Optional.of(stale), false));
    for (IpAddress address : List.of(v4, v6)) {
      IpPrefix prefix = IpPrefix.host(address);
      host.add(new InterfaceAddress(here.index(), prefix, true, false, false));
    }
    host.sysctl().set("1", "net", "ipv4", "conf", here.name(), "arp_notify");
    host.sysctl().set("1", "net", "ipv6", "conf", here.name(), "ndisc_notify");
    host.announce(host.link(here.index()).orElseThrow());
    for (IpAddress address : List.of(v4, v6)) {
      Neighbour learned =
          new Neighbour.Resolved(there.index(), address, Optional.of(here.mac()), false);
      boolean found = false;
      for (int i = 0; i < 100 && !found; i++) {
        found = pod.neighbours().contains(learned);
        if (!found) {
          Thread.sleep(20);
        }
      }
      assertTrue(found, () -> learned + " not in " + pod.neighbours());
    }
    host.change(here.index(), new LinkChange.Down());
    assertEquals(Errno.ENETDOWN, refused(() -> host.announce(here)).errno());
  }
}

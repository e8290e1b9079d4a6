package dev.weft.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.kernel.Link.OperationalState;
import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import dev.weft.net.MacAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link NetworkNamespace} does, be it Linux's or the one in memory. */
abstract class NetworkNamespaceContract {
  private static final MacAddress MAC_A = MacAddress.of("02:00:00:00:00:0a");
  private static final MacAddress MAC_B = MacAddress.of("02:00:00:00:00:0b");
  private static final MacAddress MAC_C = MacAddress.of("02:00:00:00:00:0c");
  private static final IpPrefix SUBNET = IpPrefix.of("10.1.0.0/24");

  private Namespaces namespaces;
  private NetworkNamespace here;
  private NetworkNamespace there;

  /** Makes the kernel under test, or aborts the test if this machine has none. */
  abstract Namespaces namespaces();

  @BeforeEach
  void openTwoNamespaces() {
    namespaces = namespaces();
    here = namespaces.open("here");
    there = namespaces.open("there");
  }

  @AfterEach
  void removeNamespaces() {
    if (namespaces != null) {
      namespaces.close();
    }
  }

  // Namespaces

  @Test
  void twoHandlesOfOneNamespaceHaveOneIdentity() {
    assertEquals(here.id(), namespaces.open("here").id());
    assertNotEquals(here.id(), there.id());
  }

  @Test
  void aClosedHandleRefusesEverything() {
    NetworkNamespace handle = namespaces.open("here");
    handle.close();
    assertThrows(IllegalStateException.class, handle::links);
    assertThrows(
        IllegalStateException.class, () -> handle.sysctl().get("net", "ipv4", "ip_forward"));
  }

  @Test
  void aRemovedNamespaceTakesItsLinksAndTheirPeersAlong() {
    veth("a", MAC_A, there, "b", MAC_B);
    there.close();
    namespaces.remove("there");
    eventually(() -> here.link("a").isEmpty(), "the peer of a veth whose namespace ended is gone");
  }

  // Links

  @Test
  void aNewNamespaceHasLoopbackDownAndWithoutAddresses() {
    Link lo = here.link("lo").orElseThrow();
    assertEquals(List.of(lo), here.links());
    assertEquals(1, lo.index());
    assertEquals(new Link.Kind.Loopback(), lo.kind());
    assertEquals(65536, lo.mtu());
    assertFalse(lo.up());
    assertEquals(OperationalState.DOWN, lo.state());
    assertEquals(List.of(), here.addresses());
    assertEquals(List.of(), here.routes());
  }

  @Test
  void loopbackHasItsAddressesOnceUp() {
    here.change(1, new LinkChange.Up());
    assertEquals(Set.of(IpPrefix.of("127.0.0.1/8"), IpPrefix.of("::1/128")), prefixes(here));
    assertEquals(OperationalState.UNKNOWN, here.link(1).orElseThrow().state());
    assertEquals(List.of(), here.routes());
    here.change(1, new LinkChange.Down());
    assertEquals(Set.of(IpPrefix.of("127.0.0.1/8")), prefixes(here));
  }

  @Test
  void aVethEndKnowsItsPeerInTheOtherNamespace() {
    Link a = veth("a", MAC_A, there, "b", MAC_B);
    Link b = there.link("b").orElseThrow();
    assertEquals(new Link.Kind.Veth(b.index(), false), a.kind());
    assertEquals(new Link.Kind.Veth(a.index(), false), b.kind());
    assertEquals(MAC_A, a.mac());
    assertEquals(MAC_B, b.mac());
    assertEquals(1500, a.mtu());
    assertFalse(a.up());
  }

  @Test
  void indexesGrowAndThePeerIsMadeFirst() {
    Link a = veth("a", MAC_A, here, "b", MAC_B);
    assertEquals(2, here.link("b").orElseThrow().index());
    assertEquals(3, a.index());
    assertEquals(new Link.Kind.Veth(2, true), a.kind());
    here.deleteLink(3);
    assertEquals(4, bridge("br0").index());
  }

  @Test
  void aNameIsTakenOnce() {
    bridge("br0");
    veth("a", MAC_A, there, "b", MAC_B);
    refused(Errno.EEXIST, () -> bridge("br0"));
    refused(Errno.EEXIST, () -> bridge("lo"));
    refused(Errno.EEXIST, () -> veth("c", MAC_C, there, "b", MAC_C));
    refused(Errno.EEXIST, () -> veth("c", MAC_C, here, "c", MAC_C));
    assertEquals(Optional.empty(), here.link("c"));
  }

  @Test
  void aDeletedVethTakesItsPeerAlong() {
    Link a = veth("a", MAC_A, there, "b", MAC_B);
    here.deleteLink(a.index());
    assertEquals(Optional.empty(), here.link("a"));
    assertEquals(Optional.empty(), there.link("b"));
    refused(Errno.ENODEV, () -> here.deleteLink(a.index()));
  }

  @Test
  void aVethIsUpOnlyWhenBothEndsAre() {
    Link a = veth("a", MAC_A, there, "b", MAC_B);
    Link b = there.link("b").orElseThrow();
    here.change(a.index(), new LinkChange.Up());
    assertTrue(here.link("a").orElseThrow().up());
    assertNotEquals(OperationalState.UP, here.link("a").orElseThrow().state());
    there.change(b.index(), new LinkChange.Up());
    eventually(() -> state("a") == OperationalState.UP, "a veth is up when its peer is");
    there.change(b.index(), new LinkChange.Down());
    eventually(() -> state("a") == OperationalState.DOWN, "a veth is down when its peer is");
  }

  @Test
  void aBridgeTakesTheLowestMacOfItsPortsUnlessFixed() {
    Link follower = bridge("br0");
    Link b = veth("b", MAC_B, there, "pb", MAC_C);
    Link a = veth("a", MAC_A, there, "pa", MAC_C);
    here.change(b.index(), new LinkChange.Master(follower.index()));
    assertEquals(MAC_B, here.link("br0").orElseThrow().mac());
    here.change(a.index(), new LinkChange.Master(follower.index()));
    assertEquals(MAC_A, here.link("br0").orElseThrow().mac());
    here.change(a.index(), new LinkChange.NoMaster());
    here.deleteLink(b.index());
    assertEquals(new MacAddress(0), here.link("br0").orElseThrow().mac());

    Link fixed =
        here.create(new NewLink.Bridge("br1", Optional.of(MAC_C), OptionalInt.empty(), 0, false));
    here.change(a.index(), new LinkChange.Master(fixed.index()));
    assertEquals(MAC_C, here.link("br1").orElseThrow().mac());
  }

  // Addresses and routes

  @Test
  void anAddressBringsItsNetworksRouteWhileTheLinkIsUp() {
    Link a = veth("a", MAC_A, there, "b", MAC_B);
    here.add(InterfaceAddress.of(a.index(), IpPrefix.of("10.1.0.1/24")));
    assertEquals(List.of(), here.routes());
    here.change(a.index(), new LinkChange.Up());
    Route connected =
        here.routes().stream()
            .filter(r -> r.destination().equals(SUBNET))
            .findFirst()
            .orElseThrow();
    assertEquals(2, connected.protocol());
    assertEquals(Route.Scope.LINK, connected.scope());
    assertEquals(Optional.of(IpAddress.of("10.1.0.1")), connected.source());
    here.change(a.index(), new LinkChange.Down());
    assertEquals(List.of(), here.routes());
    here.change(a.index(), new LinkChange.Up());
    here.remove(InterfaceAddress.of(a.index(), IpPrefix.of("10.1.0.1/24")));
    assertFalse(here.routes().stream().anyMatch(r -> r.destination().equals(SUBNET)));
  }

  @Test
  void anAddressIsThereOnce() {
    Link a = veth("a", MAC_A, there, "b", MAC_B);
    for (String text : List.of("10.1.0.1/24", "fd00::1/64")) {
      InterfaceAddress address = InterfaceAddress.of(a.index(), IpPrefix.of(text));
      refused(Errno.EADDRNOTAVAIL, () -> here.remove(address));
      here.add(address);
      refused(Errno.EEXIST, () -> here.add(address));
      here.remove(address);
      refused(Errno.EADDRNOTAVAIL, () -> here.remove(address));
    }
    refused(Errno.ENODEV, () -> here.add(InterfaceAddress.of(99, IpPrefix.of("10.1.0.1/24"))));
  }

  @Test
  void aGatewayMustBeReachable() {
    Link a = veth("a", MAC_A, there, "b", MAC_B);
    IpPrefix far = IpPrefix.of("10.9.0.0/16");
    refused(Errno.ENETDOWN, () -> here.add(Route.onLink(far, a.index())));
    here.change(a.index(), new LinkChange.Up());
    here.add(InterfaceAddress.of(a.index(), IpPrefix.of("10.1.0.1/24")));
    refused(Errno.ENETUNREACH, () -> here.add(Route.via(far, IpAddress.of("10.2.0.1"), a.index())));
    here.add(Route.via(far, IpAddress.of("10.1.0.254"), a.index()));
    refused(Errno.EEXIST, () -> here.add(Route.via(far, IpAddress.of("10.1.0.253"), a.index())));
    Route way = here.routeTo(IpAddress.of("10.9.1.1"));
    assertEquals(Optional.of(IpAddress.of("10.1.0.254")), way.gateway());
    assertEquals(a.index(), way.linkIndex());
    here.remove(Route.via(far, IpAddress.of("10.1.0.254"), a.index()));
    refused(Errno.ESRCH, () -> here.remove(Route.via(far, IpAddress.of("10.1.0.254"), a.index())));
    refused(Errno.ENETUNREACH, () -> here.routeTo(IpAddress.of("10.9.1.1")));
  }

  // Settings

  @Test
  void settingsOfALinkExistWhileItDoes() {
    assertFalse(here.sysctl().exists("net", "ipv4", "conf", "a.1", "rp_filter"));
    Link a = veth("a.1", MAC_A, there, "b", MAC_B);
    here.sysctl().set("2", "net", "ipv4", "conf", "a.1", "rp_filter");
    assertEquals("2", here.sysctl().get("net", "ipv4", "conf", "a.1", "rp_filter"));
    here.deleteLink(a.index());
    refused(Errno.ENOENT, () -> here.sysctl().get("net", "ipv4", "conf", "a.1", "rp_filter"));
    refused(Errno.ENOENT, () -> here.sysctl().set("1", "net", "ipv4", "conf", "a.1", "rp_filter"));
  }

  // Words of these tests

  private Link bridge(String name) {
    return here.create(new NewLink.Bridge(name, Optional.empty(), OptionalInt.empty(), 0, false));
  }

  private Link veth(
      String name, MacAddress mac, NetworkNamespace peerIn, String peer, MacAddress peerMac) {
    return here.create(
        new NewLink.Veth(
            name,
            Optional.of(mac),
            OptionalInt.empty(),
            0,
            new NewLink.Peer(peerIn, peer, Optional.of(peerMac), OptionalInt.empty())));
  }

  private OperationalState state(String name) {
    return here.link(name).orElseThrow().state();
  }

  private static Set<IpPrefix> prefixes(NetworkNamespace namespace) {
    Set<IpPrefix> prefixes = new HashSet<>();
    for (InterfaceAddress address : namespace.addresses()) {
      prefixes.add(address.prefix());
    }
    return prefixes;
  }

  static void refused(Errno errno, Runnable operation) {
    KernelException refusal = assertThrows(KernelException.class, operation::run);
    assertEquals(errno, refusal.errno(), refusal.getMessage());
  }

  /** Linux follows some changes with a delay of up to a second or two. */
  static void eventually(BooleanSupplier holds, String claim) {
    long deadline = System.nanoTime() + 5_000_000_000L;
    while (!holds.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, claim);
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }
}

package dev.weft.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import dev.weft.net.MacAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two empty namespaces of each kernel, and the words to speak of them: what the tests here assert
 * holds of Linux and of its twin in memory alike.
 */
@ParameterizedClass
@EnumSource(KernelUnderTest.class)
abstract class NamespaceContract {
  static final MacAddress MAC_A = MacAddress.of("02:00:00:00:00:0a");
  static final MacAddress MAC_B = MacAddress.of("02:00:00:00:00:0b");
  static final MacAddress MAC_C = MacAddress.of("02:00:00:00:00:0c");
  static final int NOWHERE = 99;

  @Parameter KernelUnderTest kernel = KernelUnderTest.LINUX;

  Namespaces namespaces;
  NetworkNamespace here;
  NetworkNamespace there;

  @BeforeEach
  void openTwoNamespaces() {
    namespaces = kernel.namespaces();
    here = namespaces.open("here");
    there = namespaces.open("there");
  }

  @AfterEach
  void removeNamespaces() {
    if (namespaces != null) {
      namespaces.close();
    }
  }

  Link bridge(String name) {
    return here.create(new NewLink.Bridge(name, Optional.empty(), OptionalInt.empty(), 0, false));
  }

  /** A veth here, with its peer of the same name with a p before it there. */
  Link veth(String name, MacAddress mac) {
    return veth(name, mac, there, "p" + name);
  }

  Link veth(String name, MacAddress mac, NetworkNamespace peerIn, String peer) {
    return here.create(
        new NewLink.Veth(
            name,
            Optional.of(mac),
            OptionalInt.empty(),
            0,
            new NewLink.Peer(peerIn, peer, Optional.empty(), OptionalInt.empty())));
  }

  /** A veth here that is up, whose peer is not. */
  Link upVeth(String name, MacAddress mac) {
    Link link = veth(name, mac);
    here.change(link.index(), new LinkChange.Up());
    return link;
  }

  Link link(String name) {
    return here.link(name).orElseThrow();
  }

  void address(Link link, String prefix) {
    here.add(InterfaceAddress.of(link.index(), IpPrefix.of(prefix)));
  }

  void removeAddress(Link link, String prefix) {
    here.remove(InterfaceAddress.of(link.index(), IpPrefix.of(prefix)));
  }

  static Route via(String destination, String gateway, Link link) {
    return Route.via(IpPrefix.of(destination), IpAddress.of(gateway), link.index());
  }

  static Route onLink(String destination, Link link) {
    return Route.onLink(IpPrefix.of(destination), link.index());
  }

  /** The addresses here, without those that IPv6 gives itself. */
  Set<String> addresses() {
    Set<String> texts = new HashSet<>();
    for (InterfaceAddress address : here.addresses()) {
      if (!(address.prefix().address().isV6() && address.prefix().address().isLinkLocal())) {
        texts.add(address.prefix().toString());
      }
    }
    return texts;
  }

  /** The routes here, without those of the addresses that IPv6 gives itself. */
  List<Route> routes() {
    List<Route> routes = new ArrayList<>();
    for (Route route : here.routes()) {
      IpAddress destination = route.destination().address();
      if (!(destination.isV6() && destination.isLinkLocal())) {
        routes.add(route);
      }
    }
    return routes;
  }

  Set<String> destinations() {
    Set<String> texts = new HashSet<>();
    for (Route route : routes()) {
      texts.add(route.destination().toString());
    }
    return texts;
  }

  Route route(String destination) {
    for (Route route : routes()) {
      if (route.destination().equals(IpPrefix.of(destination))) {
        return route;
      }
    }
    throw new AssertionError("there is no route to " + destination + " in " + routes());
  }

  static void refused(Errno errno, Runnable operation) {
    KernelException refusal = assertThrows(KernelException.class, operation::run);
    assertEquals(errno, refusal.errno(), refusal.getMessage());
  }

  /** Linux follows some changes up to a second later. */
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

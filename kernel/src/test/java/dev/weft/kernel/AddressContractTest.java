package dev.weft.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Addresses, and the routes that they bring along. */
class AddressContractTest extends NamespaceContract {
  private static final int KERNEL = 2;

  @Test
  void anAddressIsThereOnce() {
    Link a = veth("a", MAC_A);
    for (String text : List.of("10.1.0.1/24", "fd00::1/64")) {
      refused(Errno.EADDRNOTAVAIL, () -> removeAddress(a, text));
      address(a, text);
      assertEquals(Set.of(text), addresses());
      refused(Errno.EEXIST, () -> address(a, text));
      removeAddress(a, text);
      assertEquals(Set.of(), addresses());
      refused(Errno.EADDRNOTAVAIL, () -> removeAddress(a, text));
    }
  }

  @Test
  void anAddressNeedsALink() {
    for (String text : List.of("10.1.0.1/24", "fd00::1/64")) {
      InterfaceAddress address = InterfaceAddress.of(NOWHERE, IpPrefix.of(text));
      refused(Errno.ENODEV, () -> here.add(address));
      refused(Errno.ENODEV, () -> here.remove(address));
    }
  }

  @Test
  void theLengthBelongsToAnIpv4AddressButNotToAnIpv6One() {
    Link a = veth("a", MAC_A);
    address(a, "10.1.0.1/24");
    address(a, "10.1.0.1/25");
    refused(Errno.EADDRNOTAVAIL, () -> removeAddress(a, "10.1.0.1/26"));
    address(a, "fd00::1/64");
    refused(Errno.EEXIST, () -> address(a, "fd00::1/80"));
    refused(Errno.EADDRNOTAVAIL, () -> removeAddress(a, "fd00::1/80"));
    assertEquals(Set.of("10.1.0.1/24", "10.1.0.1/25", "fd00::1/64"), addresses());
  }

  @Test
  void someIpv6AddressesCannotStandOnALink() {
    Link a = veth("a", MAC_A);
    refused(Errno.EADDRNOTAVAIL, () -> address(a, "::/64"));
    refused(Errno.EADDRNOTAVAIL, () -> address(a, "::1/128"));
    refused(Errno.EADDRNOTAVAIL, () -> address(a, "ff02::5/64"));
    here.change(a.index(), new LinkChange.Mtu(1279));
    refused(Errno.EINVAL, () -> address(a, "fd00::1/64"));
  }

  @Test
  void anAddressBringsItsNetworksRouteWhileTheLinkIsUp() {
    Link a = veth("a", MAC_A);
    address(a, "10.1.0.1/24");
    address(a, "fd00::1/64");
    assertEquals(List.of(), routes());
    here.change(a.index(), new LinkChange.Up());
    Route v4 =
        new Route(
            IpPrefix.of("10.1.0.0/24"),
            Optional.empty(),
            a.index(),
            Optional.of(IpAddress.of("10.1.0.1")),
            Route.Scope.LINK,
            0,
            Route.MAIN,
            KERNEL,
            false,
            OptionalInt.empty(),
            OptionalInt.empty());
    Route v6 =
        new Route(
            IpPrefix.of("fd00::/64"),
            Optional.empty(),
            a.index(),
            Optional.empty(),
            Route.Scope.UNIVERSE,
            256,
            Route.MAIN,
            KERNEL,
            false,
            OptionalInt.empty(),
            OptionalInt.empty());
    assertEquals(Set.of(v4, v6), Set.copyOf(routes()));
    removeAddress(a, "10.1.0.1/24");
    removeAddress(a, "fd00::1/64");
    assertEquals(List.of(), routes());
    address(a, "10.1.0.1/24");
    address(a, "fd00::1/64");
    assertEquals(Set.of(v4, v6), Set.copyOf(routes()));
  }

  @Test
  void anAddressAloneBringsARouteInIpv6Only() {
    Link a = upVeth("a", MAC_A);
    address(a, "10.1.0.1/32");
    address(a, "fd00::1/128");
    assertEquals(Set.of("fd00::1/128"), destinations());
  }

  @Test
  void aLinkThatGoesDownKeepsIpv4AddressesAndLosesIpv6Ones() {
    Link a = upVeth("a", MAC_A);
    address(a, "10.1.0.1/24");
    address(a, "fd00::1/64");
    here.change(a.index(), new LinkChange.Down());
    assertEquals(Set.of("10.1.0.1/24"), addresses());
    assertEquals(List.of(), routes());
    here.change(a.index(), new LinkChange.Up());
    assertEquals(Set.of("10.1.0.0/24"), destinations());
  }

  @Test
  void ipv6AddressesStayDownWhereTheyAreKept() {
    Link a = upVeth("a", MAC_A);
    here.sysctl().set("1", "net", "ipv6", "conf", "a", "keep_addr_on_down");
    address(a, "fd00::1/64");
    here.change(a.index(), new LinkChange.Down());
    assertEquals(Set.of("fd00::1/64"), addresses());
    assertEquals(List.of(), routes());
    here.change(a.index(), new LinkChange.Up());
    assertEquals(Set.of("fd00::/64"), destinations());
  }

  @Test
  void theFirstAddressOfAnIpv4NetworkTakesTheOthersAlong() {
    Link a = upVeth("a", MAC_A);
    address(a, "10.1.0.1/24");
    address(a, "10.1.0.2/24");
    address(a, "10.1.0.3/25");
    removeAddress(a, "10.1.0.2/24");
    assertEquals(Set.of("10.1.0.0/24", "10.1.0.0/25"), destinations());
    address(a, "10.1.0.2/24");
    removeAddress(a, "10.1.0.1/24");
    assertEquals(Set.of("10.1.0.3/25"), addresses());
    assertEquals(Set.of("10.1.0.0/25"), destinations());
  }

  @Test
  void addressesOfAnIpv6NetworkShareItsRoute() {
    Link a = upVeth("a", MAC_A);
    address(a, "fd00::1/64");
    address(a, "fd00::2/64");
    removeAddress(a, "fd00::1/64");
    assertEquals(Set.of("fd00::2/64"), addresses());
    assertEquals(Set.of("fd00::/64"), destinations());
    removeAddress(a, "fd00::2/64");
    assertEquals(Set.of(), destinations());
  }

  @Test
  void theLastIpv4AddressTakesTheLinksIpv4RoutesAlong() {
    Link a = upVeth("a", MAC_A);
    address(a, "10.1.0.1/24");
    address(a, "fd00::1/64");
    here.add(onLink("10.9.0.0/16", a));
    here.add(onLink("fd09::/64", a));
    removeAddress(a, "10.1.0.1/24");
    removeAddress(a, "fd00::1/64");
    assertEquals(Set.of("fd09::/64"), destinations());
  }

  @Test
  void aVethThatCanSendHasALinkLocalAddress() {
    Link a = upVeth("a", MAC_A);
    assertFalse(hasLinkLocal());
    there.change(there.link("pa").orElseThrow().index(), new LinkChange.Up());
    eventually(this::hasLinkLocal, "a veth whose peer is up has a link-local address");
    here.change(a.index(), new LinkChange.Down());
    assertFalse(hasLinkLocal());
  }

  @Test
  void whereIpv6IsDisabledThereAreNoIpv6Addresses() {
    Link a = upVeth("a", MAC_A);
    address(a, "10.1.0.1/24");
    address(a, "fd00::1/64");
    here.sysctl().set("1", "net", "ipv6", "conf", "a", "disable_ipv6");
    assertEquals(Set.of("10.1.0.1/24"), addresses());
    assertEquals(Set.of("10.1.0.0/24"), destinations());
    refused(Errno.EACCES, () -> address(a, "fd00::1/64"));
    refused(Errno.EACCES, () -> here.add(onLink("fd09::/64", a)));
    here.sysctl().set("0", "net", "ipv6", "conf", "a", "disable_ipv6");
    address(a, "fd00::1/64");
    assertEquals(Set.of("10.1.0.0/24", "fd00::/64"), destinations());
  }

  @Test
  void theLoopbackInterfaceIsNeverTooNarrowForIpv6() {
    Link lo = link("lo");
    here.change(lo.index(), new LinkChange.Mtu(1279), new LinkChange.Up());
    address(lo, "::1/128");
    assertEquals(Set.of("127.0.0.1/8", "::1/128"), addresses());
    assertEquals(Set.of("::1/128"), destinations());
  }

  @Test
  void aDeletedLinkTakesItsAddressesAndRoutesAlong() {
    Link a = upVeth("a", MAC_A);
    address(a, "10.1.0.1/24");
    address(a, "fd00::1/64");
    here.deleteLink(a.index());
    assertEquals(List.of(), here.addresses());
    assertEquals(List.of(), here.routes());
  }

  @Test
  void anAddressThatItsOwnerVouchesForIsUsableAtOnce() {
    Link a = upVeth("a", MAC_A);
    address(a, "fd00::1/64");
    InterfaceAddress read =
        here.addresses().stream()
            .filter(address -> address.prefix().equals(IpPrefix.of("fd00::1/64")))
            .findFirst()
            .orElseThrow();
    assertTrue(read.noDuplicateDetection());
    assertFalse(read.tentative());
    assertFalse(read.duplicate());
  }

  private boolean hasLinkLocal() {
    return here.addresses().stream()
        .anyMatch(address -> address.prefix().equals(IpPrefix.of("fe80::ff:fe00:a/64")));
  }
}

package dev.weft.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.kernel.Link.OperationalState;
import dev.weft.net.MacAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Namespaces, loopback and veth pairs. */
class LinkContractTest extends NamespaceContract {

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
    assertThrows(IllegalStateException.class, () -> handle.inside(() -> 1));
  }

  @Test
  void aRemovedNamespaceTakesItsLinksAndTheirPeersAlong() {
    veth("a", MAC_A);
    there.close();
    namespaces.remove("there");
    eventually(() -> here.link("a").isEmpty(), "the peer of a veth whose namespace ended is gone");
  }

  @Test
  void workInsideAnswers() {
    assertEquals(42, here.<Integer>inside(() -> 42));
    assertThrows(
        ArithmeticException.class,
        () ->
            here.inside(
                () -> {
                  throw new ArithmeticException();
                }));
  }

  @Test
  void aNewNamespaceHasLoopbackDownAndWithoutAddresses() {
    Link lo = link("lo");
    assertEquals(List.of(lo), here.links());
    assertEquals(1, lo.index());
    assertEquals(new Link.Kind.Loopback(), lo.kind());
    assertEquals(65536, lo.mtu());
    assertEquals(new MacAddress(0), lo.mac());
    assertFalse(lo.up());
    assertEquals(OperationalState.DOWN, lo.state());
    assertEquals(List.of(), here.addresses());
    assertEquals(List.of(), here.routes());
  }

  @Test
  void loopbackHasItsAddressesOnceUp() {
    here.change(1, new LinkChange.Up());
    assertEquals(Set.of("127.0.0.1/8", "::1/128"), addresses());
    assertEquals(OperationalState.UNKNOWN, link("lo").state());
    assertEquals(List.of(), here.routes());
    here.change(1, new LinkChange.Down());
    assertEquals(Set.of("127.0.0.1/8"), addresses());
  }

  @Test
  void loopbackCannotBeDeleted() {
    refused(Errno.EOPNOTSUPP, () -> here.deleteLink(1));
  }

  @Test
  void whatIsNotThereIsAbsentAndCannotBeChanged() {
    assertEquals(Optional.empty(), here.link("a"));
    assertEquals(Optional.empty(), here.link(NOWHERE));
    refused(Errno.ENODEV, () -> here.change(NOWHERE, new LinkChange.Up()));
    refused(Errno.ENODEV, () -> here.deleteLink(NOWHERE));
  }

  @Test
  void aVethEndKnowsItsPeerInTheOtherNamespace() {
    Link a = veth("a", MAC_A);
    Link peer = there.link("pa").orElseThrow();
    assertEquals(new Link.Kind.Veth(peer.index(), false), a.kind());
    assertEquals(new Link.Kind.Veth(a.index(), false), peer.kind());
    assertEquals(MAC_A, a.mac());
    assertTrue(peer.mac().isUnicast());
    assertEquals(1500, a.mtu());
    assertFalse(a.up());
    assertEquals(a, link("a"));
    assertEquals(Optional.of(a), here.link(a.index()));
  }

  @Test
  void whatIsAskedOfANewVethHoldsFromTheStart() {
    Link a =
        here.create(
            new NewLink.Veth(
                "a",
                Optional.of(MAC_A),
                OptionalInt.of(1400),
                7,
                new NewLink.Peer(there, "b", Optional.of(MAC_B), OptionalInt.of(1300))));
    Link b = there.link("b").orElseThrow();
    assertEquals(1400, a.mtu());
    assertEquals(7, a.group());
    assertEquals(1300, b.mtu());
    assertEquals(MAC_B, b.mac());
    assertEquals(0, b.group());
  }

  @Test
  void indexesGrowAndThePeerIsMadeFirst() {
    Link a = veth("a", MAC_A, here, "b");
    assertEquals(2, link("b").index());
    assertEquals(3, a.index());
    assertEquals(new Link.Kind.Veth(2, true), a.kind());
    here.deleteLink(3);
    assertEquals(4, bridge("br0").index());
  }

  @Test
  void aNameIsTakenOnce() {
    bridge("br0");
    veth("a", MAC_A, there, "b");
    refused(Errno.EEXIST, () -> bridge("br0"));
    refused(Errno.EEXIST, () -> bridge("lo"));
    refused(Errno.EEXIST, () -> veth("c", MAC_C, there, "b"));
    refused(Errno.EEXIST, () -> veth("c", MAC_C, here, "c"));
    assertEquals(Optional.empty(), here.link("c"));
  }

  @Test
  void aNameHasOneToFifteenOrdinaryBytes() {
    bridge("fifteen-bytes-x");
    refused(Errno.EINVAL, () -> bridge("sixteen-bytes-xy"));
    refused(Errno.EINVAL, () -> bridge(""));
    refused(Errno.EINVAL, () -> bridge("."));
    refused(Errno.EINVAL, () -> bridge(".."));
    refused(Errno.EINVAL, () -> bridge("a/b"));
    refused(Errno.EINVAL, () -> bridge("a:b"));
    refused(Errno.EINVAL, () -> bridge("a b"));
  }

  @Test
  void aMacMustBeUnicast() {
    refused(Errno.EADDRNOTAVAIL, () -> veth("a", new MacAddress(0)));
    refused(Errno.EADDRNOTAVAIL, () -> veth("a", MacAddress.of("01:00:00:00:00:01")));
    Link a = veth("a", MAC_A);
    refused(
        Errno.EADDRNOTAVAIL,
        () -> here.change(a.index(), new LinkChange.Mac(MacAddress.of("01:00:00:00:00:01"))));
    here.change(a.index(), new LinkChange.Mac(MAC_B));
    assertEquals(MAC_B, link("a").mac());
  }

  @Test
  void anMtuHasBounds() {
    Link a = veth("a", MAC_A);
    refused(Errno.EINVAL, () -> here.change(a.index(), new LinkChange.Mtu(67)));
    refused(Errno.EINVAL, () -> here.change(a.index(), new LinkChange.Mtu(65536)));
    here.change(a.index(), new LinkChange.Mtu(68));
    here.change(a.index(), new LinkChange.Mtu(65535));
    assertEquals(65535, link("a").mtu());
  }

  @Test
  void aDeletedVethTakesItsPeerAlong() {
    Link a = veth("a", MAC_A);
    here.deleteLink(a.index());
    assertEquals(Optional.empty(), here.link("a"));
    assertEquals(Optional.empty(), there.link("pa"));
    refused(Errno.ENODEV, () -> here.deleteLink(a.index()));
  }

  @Test
  void linksAreDeletedTogether() {
    Link a = veth("a", MAC_A);
    Link b = veth("b", MAC_B, here, "c");
    Link br = bridge("br0");
    here.change(a.index(), new LinkChange.Master(br.index()));
    veth("d", MAC_C);
    here.deleteLinks(List.of(a.index(), b.index(), br.index()));
    assertEquals(Set.of("lo", "d"), names());
    assertEquals(Optional.empty(), there.link("pa"));
    assertEquals(0, link("d").group());
  }

  @Test
  void ofLinksToDeleteThoseThatDoNotExistAreNoError() {
    Link a = veth("a", MAC_A);
    Link b = veth("b", MAC_B);
    here.deleteLinks(List.of());
    here.deleteLinks(List.of(NOWHERE));
    here.deleteLinks(List.of(0, -1, NOWHERE, NOWHERE + 1));
    here.deleteLinks(List.of(NOWHERE, a.index(), a.index(), b.index()));
    assertEquals(Set.of("lo"), names());
    here.deleteLinks(List.of(a.index(), b.index()));
  }

  @Test
  void aLinkThatCannotBeDeletedKeepsNoOtherFromIt() {
    Link a = veth("a", MAC_A);
    Link b = veth("b", MAC_B);
    refused(Errno.EOPNOTSUPP, () -> here.deleteLinks(List.of(a.index(), 1, b.index())));
    assertEquals(Set.of("lo"), names());
    assertEquals(0, link("lo").group());
    refused(Errno.EOPNOTSUPP, () -> here.deleteLinks(List.of(1)));
  }

  @Test
  void aLinkThatCannotBeDeletedKeepsNoOtherFromItEvenIfItIsDoomed() {
    here.change(1, new LinkChange.Group(Link.DOOMED_GROUP));
    Link a = veth("a", MAC_A);
    Link b = veth("b", MAC_B, here, "c");
    here.deleteLinks(List.of(a.index(), b.index(), link("c").index()));
    assertEquals(Set.of("lo"), names());
  }

  @Test
  void whoeverDeletesLinksTogetherFindsWhatACrashLeft() {
    Link left = veth("left", MAC_A);
    here.change(left.index(), new LinkChange.Group(Link.DOOMED_GROUP));
    Link a = veth("a", MAC_B);
    here.deleteLink(a.index());
    assertTrue(here.link("left").isPresent(), "one link is deleted by itself");
    Link b = veth("b", MAC_B);
    Link c = veth("c", MAC_C);
    here.deleteLinks(List.of(b.index(), c.index()));
    assertEquals(Set.of("lo"), names());
  }

  private Set<String> names() {
    Set<String> names = new HashSet<>();
    here.links().forEach(link -> names.add(link.name()));
    return names;
  }

  @Test
  void aVethIsUpOnlyWhenBothEndsAre() {
    Link a = upVeth("a", MAC_A);
    Link peer = there.link("pa").orElseThrow();
    assertTrue(link("a").up());
    eventually(() -> state("a") == OperationalState.DOWN, "a veth is down until its peer is up");
    there.change(peer.index(), new LinkChange.Up());
    eventually(() -> state("a") == OperationalState.UP, "a veth is up when its peer is");
    there.change(peer.index(), new LinkChange.Down());
    eventually(() -> state("a") == OperationalState.DOWN, "a veth is down when its peer is");
    there.change(peer.index(), new LinkChange.Up());
    here.change(a.index(), new LinkChange.Down());
    eventually(() -> state("a") == OperationalState.DOWN, "a veth that is set down is down");
  }

  @Test
  void aVethWhosePeerIsHereSaysThatTheLowerLayerIsDown() {
    Link a = veth("a", MAC_A, here, "b");
    here.change(a.index(), new LinkChange.Up());
    eventually(() -> state("a") == OperationalState.LOWER_LAYER_DOWN, "the lower layer is down");
    assertEquals(OperationalState.DOWN, state("b"));
  }

  @Test
  void aLinkIsRenamedToAFreeName() {
    Link a = veth("a", MAC_A);
    here.change(a.index(), new LinkChange.Rename("x"));
    assertEquals(a.index(), link("x").index());
    assertEquals(Optional.empty(), here.link("a"));
    refused(Errno.EEXIST, () -> here.change(a.index(), new LinkChange.Rename("lo")));
    refused(Errno.EINVAL, () -> here.change(a.index(), new LinkChange.Rename("a/b")));
    here.change(a.index(), new LinkChange.Rename("x"));
  }

  @Test
  void anAliasIsSetAndRemoved() {
    Link a = veth("a", MAC_A);
    here.change(a.index(), new LinkChange.Alias("weft: net"));
    assertEquals(Optional.of("weft: net"), link("a").alias());
    here.change(a.index(), new LinkChange.Alias(""));
    assertEquals(Optional.empty(), link("a").alias());
    here.change(a.index(), new LinkChange.Alias("x".repeat(255)));
    refused(Errno.ERANGE, () -> here.change(a.index(), new LinkChange.Alias("x".repeat(256))));
  }

  @Test
  void promiscuityIsSetAndCleared() {
    Link a = veth("a", MAC_A);
    here.change(a.index(), new LinkChange.Promiscuous(true));
    assertTrue(link("a").promiscuous());
    here.change(a.index(), new LinkChange.Promiscuous(false));
    assertFalse(link("a").promiscuous());
  }

  @Test
  void manyChangesAreOneOperation() {
    Link a = veth("a", MAC_A);
    Link br = bridge("br0");
    here.change(
        a.index(),
        new LinkChange.Up(),
        new LinkChange.Rename("x"),
        new LinkChange.Mac(MAC_B),
        new LinkChange.Mtu(1400),
        new LinkChange.Alias("mine"),
        new LinkChange.Group(5),
        new LinkChange.Hairpin(true),
        new LinkChange.Master(br.index()));
    Link changed = link("x");
    assertTrue(changed.up());
    assertEquals(MAC_B, changed.mac());
    assertEquals(1400, changed.mtu());
    assertEquals(Optional.of("mine"), changed.alias());
    assertEquals(5, changed.group());
    assertEquals(OptionalInt.of(br.index()), changed.master());
    assertTrue(changed.port().orElseThrow().hairpin());
  }

  private OperationalState state(String name) {
    return link(name).state();
  }
}

package dev.weft.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.net.MacAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** Links of the real kernel: it is asked, and iproute2 is asked what it then has. */
class LinuxLinksTest extends OnLinux {
  @Test
  void createsBothEndsOfAVethWhereTheyBelong() {
    Link here = veth();
    Link there = pod.link("eth0").orElseThrow();
    assertEquals(new Link.Kind.Veth(there.index(), false), here.kind());
    assertEquals(new Link.Kind.Veth(here.index(), false), there.kind());
    assertEquals(1400, here.mtu());
    assertEquals(7, here.group());
    assertEquals(MAC, there.mac());
    assertEquals(1300, there.mtu());
    assertFalse(here.up() || there.up());
    assertHasOneQueue(ip(host, "-d link show host0"));
    assertHasOneQueue(ip(pod, "-d link show eth0"));
  }

  /** A kernel that was built without receive packet steering does not tell of queues to receive. */
  private static void assertHasOneQueue(String shown) {
    assertTrue(shown.contains("numtxqueues 1 "), shown);
    assertTrue(!shown.contains("numrxqueues") || shown.contains("numrxqueues 1 "), shown);
  }

  @Test
  void knowsAPeerInTheSameNamespace() {
    NewLink.Peer peer = new NewLink.Peer(host, "b", Optional.empty(), OptionalInt.empty());
    Link a = host.create(new NewLink.Veth("a", Optional.empty(), OptionalInt.empty(), 0, peer));
    Link b = host.link("b").orElseThrow();
    assertEquals(new Link.Kind.Veth(b.index(), true), a.kind());
    assertEquals(b, host.link(b.index()).orElseThrow());
  }

  @Test
  void saysWhichOfAVethsNamesIsTaken() {
    veth();
    KernelException here = refused(this::veth);
    assertEquals(Errno.EEXIST, here.errno());
    assertTrue(here.getMessage().contains("the name host0 is taken in " + host), here.getMessage());
    host.change(host.link("host0").orElseThrow().index(), new LinkChange.Rename("other"));
    KernelException there = refused(this::veth);
    assertEquals(Errno.EEXIST, there.errno());
    assertTrue(there.getMessage().contains("the name eth0 is taken in " + pod), there.getMessage());
    assertEquals(2, host.links().size(), "nothing half made stays");
  }

  @Test
  void makesAllChangesToALinkAtOnce() {
    Link bridge = bridge(false);
    Link port = veth();
    host.change(
        port.index(),
        new LinkChange.Hairpin(true),
        new LinkChange.Up(),
        new LinkChange.Master(bridge.index()),
        new LinkChange.Isolated(true),
        new LinkChange.Mtu(1280),
        new LinkChange.Mac(MacAddress.of("02:00:00:00:00:09")),
        new LinkChange.Rename("port0"),
        new LinkChange.Alias("weft: pod é"),
        new LinkChange.Group(11),
        new LinkChange.Promiscuous(true));
    Link changed = host.link("port0").orElseThrow();
    assertEquals(
        new Link(
            port.index(),
            "port0",
            port.kind(),
            MacAddress.of("02:00:00:00:00:09"),
            1280,
            true,
            changed.state(),
            true,
            OptionalInt.of(bridge.index()),
            11,
            Optional.of("weft: pod é"),
            Optional.of(new BridgePort(true, true))),
        changed);
    host.change(
        port.index(),
        new LinkChange.Rename("back0"),
        new LinkChange.Down(),
        new LinkChange.NoMaster(),
        new LinkChange.Alias(""),
        new LinkChange.Promiscuous(false));
    Link restored = host.link(port.index()).orElseThrow();
    assertEquals("back0", restored.name());
    assertFalse(restored.up() || restored.promiscuous());
    assertEquals(OptionalInt.empty(), restored.master());
    assertEquals(Optional.empty(), restored.alias());
    assertEquals(Optional.empty(), restored.port());
  }

  @Test
  void aSentenceNamesTheLinkAndRepeatsTheKernel() {
    Link link = veth();
    KernelException e = refused(() -> host.change(link.index(), new LinkChange.Mtu(70_000)));
    assertEquals(Errno.EINVAL, e.errno());
    assertEquals(
        "cannot set mtu 70000 on link "
            + link.index()
            + " (host0) in "
            + host
            + ": Invalid argument (mtu greater than device maximum)",
        e.getMessage());
  }

  @Test
  void aBridgeKeepsTheMacItWasGiven() {
    Link bridge = bridge(false);
    assertEquals(MAC, bridge.mac());
    assertEquals(1450, bridge.mtu());
    assertEquals(3, bridge.group());
    assertTrue(bridge.kind() instanceof Link.Kind.Bridge);
    Link port = veth();
    host.change(port.index(), new LinkChange.Master(bridge.index()));
    assertEquals(MAC, host.link("br0").orElseThrow().mac());
  }

  @Test
  void vlanFilteringWorksOrIsRefusedAloud() {
    Link bridge = bridge(false);
    Link port = veth();
    host.change(port.index(), new LinkChange.Master(bridge.index()));
    try {
      host.change(bridge.index(), new LinkChange.VlanFiltering(true));
    } catch (KernelException e) {
      assertEquals(Errno.EOPNOTSUPP, e.errno());
      assertTrue(e.getMessage().contains("without bridge VLAN filtering"), e.getMessage());
      assertEquals(
          Errno.EOPNOTSUPP,
          refused(() -> host.change(bridge.index(), new LinkChange.DefaultPvid(5))).errno());
      host.change(bridge.index(), new LinkChange.DefaultPvid(0));
      List<BridgeVlan> vlans = List.of(BridgeVlan.untagged(5));
      for (int index : new int[] {bridge.index(), port.index()}) {
        KernelException refusal = refused(() -> host.addVlans(index, vlans));
        assertEquals(Errno.EOPNOTSUPP, refusal.errno());
        assertTrue(refusal.getMessage().contains("VLAN filtering"), refusal.getMessage());
        assertEquals(List.of(), host.vlans(index));
      }
      host.deleteLink(bridge.index());
      refused(() -> bridge(true));
      assertEquals(Optional.empty(), host.link("br0"), "no bridge stays that lets VLANs mix");
      return;
    }
    host.change(bridge.index(), new LinkChange.DefaultPvid(0));
    host.addVlans(port.index(), List.of(BridgeVlan.untagged(5), BridgeVlan.tagged(10, 19)));
    assertTrue(
        host.vlans(port.index())
            .containsAll(List.of(BridgeVlan.untagged(5), BridgeVlan.tagged(10, 19))));
    host.removeVlans(port.index(), List.of(BridgeVlan.tagged(10, 19)));
    assertFalse(host.vlans(port.index()).contains(BridgeVlan.tagged(10, 19)));
  }

  @Test
  void refusesVlansOnWhatIsNoBridgePort() {
    Link link = veth();
    KernelException e = refused(() -> host.addVlans(link.index(), List.of(BridgeVlan.untagged(5))));
    assertEquals(Errno.EOPNOTSUPP, e.errno());
    assertTrue(e.getMessage().contains("neither a bridge nor the port of one"), e.getMessage());
  }

  /** More threads than deletions may be under way, so that some are done together. */
  @Test
  void whatThreadsDeleteAtOnceIsDeletedOrFailsForEachByItself() throws Exception {
    int pairs = 60;
    List<Integer> indexes = new ArrayList<>();
    for (int i = 0; i < pairs; i++) {
      NewLink.Peer peer = new NewLink.Peer(pod, "e" + i, Optional.empty(), OptionalInt.empty());
      indexes.add(
          host.create(new NewLink.Veth("v" + i, Optional.empty(), OptionalInt.empty(), 7, peer))
              .index());
    }
    List<Runnable> deletions = new ArrayList<>();
    for (int index : indexes) {
      deletions.add(() -> host.deleteLink(index));
      deletions.add(() -> assertEquals(Errno.ENODEV, refused(() -> host.deleteLink(4711)).errno()));
      deletions.add(
          () -> assertEquals(Errno.EOPNOTSUPP, refused(() -> host.deleteLink(1)).errno()));
    }
    assertEquals(Map.of("done", 3 * pairs), AtOnce.outcomes(deletions));
    assertEquals(List.of("lo"), host.links().stream().map(Link::name).toList());
    assertEquals(1, pod.links().size());
    assertEquals(0, host.link("lo").orElseThrow().group());
  }

  @Test
  void ofThreadsThatDeleteOneLinkAtOnceAtLeastOneDoes() throws Exception {
    Link link = veth();
    List<Runnable> deletions = Collections.nCopies(40, () -> host.deleteLink(link.index()));
    Map<String, Integer> outcomes = AtOnce.outcomes(deletions);
    assertTrue(outcomes.getOrDefault("done", 0) >= 1, outcomes::toString);
    assertTrue(Set.of("done", "ENODEV").containsAll(outcomes.keySet()), outcomes::toString);
    assertEquals(Optional.empty(), host.link("host0"));
  }

  @Test
  void whatIsNotThereIsNotThere() {
    assertEquals(Optional.empty(), host.link("nothing"));
    assertEquals(Optional.empty(), host.link(4711));
    assertEquals(Optional.empty(), host.link(0));
    assertEquals(Optional.empty(), host.link(""));
    assertEquals(Optional.empty(), host.link("a-name-longer-than-any"));
    assertEquals(Optional.empty(), host.link("lo\0eth"));
    assertEquals(Errno.ENODEV, refused(() -> host.deleteLink(4711)).errno());
    assertEquals(Errno.ENODEV, refused(() -> host.deleteLink(0)).errno());
    KernelException e = refused(() -> host.change(4711, new LinkChange.Up()));
    assertEquals(Errno.ENODEV, e.errno());
    assertTrue(e.getMessage().contains("link 4711 (no such link)"), e.getMessage());
  }

  @Test
  void refusesNamesThatAreNone() {
    for (String name : List.of("", ".", "..", "a/b", "a b", "a:b", "lo\0x", "sixteen-bytes-xx")) {
      KernelException e =
          refused(
              () ->
                  host.create(
                      new NewLink.Bridge(name, Optional.empty(), OptionalInt.empty(), 0, false)));
      assertEquals(Errno.EINVAL, e.errno(), name);
    }
  }

  @Test
  void whoHasSomebodyAtHomeIsDoneWhenTheLinkIsGone() throws Exception {
    int count = 30;
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    try (ExecutorService home = Executors.newFixedThreadPool(2)) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        String name = "a" + i;
        NewLink.Peer peer = new NewLink.Peer(pod, "b" + i, Optional.empty(), OptionalInt.empty());
        Link link =
            host.create(new NewLink.Veth(name, Optional.empty(), OptionalInt.empty(), 0, peer));
        Runnable work =
            () -> {
              host.deleteLink(link.index());
              assertEquals(Optional.empty(), host.link(name));
              assertEquals(Optional.empty(), pod.link(peer.name()));
              assertEquals(Errno.ENODEV, refused(() -> host.deleteLink(link.index())).errno());
              assertEquals(Errno.EOPNOTSUPP, refused(() -> host.deleteLink(1)).errno());
            };
        Thread thread = new RoamingThread(name, home, work);
        thread.setUncaughtExceptionHandler((_, failure) -> failures.add(failure));
        threads.add(thread);
      }
      threads.forEach(Thread::start);
      for (Thread thread : threads) {
        thread.join();
      }
    }
    assertEquals(List.of(), failures);
    assertEquals(List.of("lo"), host.links().stream().map(Link::name).toList());
  }
}

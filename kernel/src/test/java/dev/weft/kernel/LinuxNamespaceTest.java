package dev.weft.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.kernel.linux.LinuxKernel;
import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import dev.weft.net.MacAddress;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The real kernel is asked, and iproute2 is asked what the kernel then has. */
class LinuxNamespaceTest {
  private static final MacAddress MAC = MacAddress.of("02:00:5e:10:00:01");

  private final Kernel kernel = new LinuxKernel();
  private @Nullable LinuxNamespaces namespaces;
  private NetworkNamespace host = kernel.own();
  private NetworkNamespace pod = kernel.own();

  @BeforeEach
  void open() {
    namespaces = new LinuxNamespaces();
    host = namespaces.open("host");
    pod = namespaces.open("pod");
  }

  @AfterEach
  void close() {
    host.close();
    pod.close();
    if (namespaces != null) {
      namespaces.close();
    }
  }

  private Link veth() {
    return host.create(
        new NewLink.Veth(
            "host0",
            Optional.empty(),
            OptionalInt.of(1400),
            7,
            new NewLink.Peer(pod, "eth0", Optional.of(MAC), OptionalInt.of(1300))));
  }

  private Link bridge(boolean vlanFiltering) {
    return host.create(
        new NewLink.Bridge("br0", Optional.of(MAC), OptionalInt.of(1450), 3, vlanFiltering));
  }

  private static String ip(NetworkNamespace namespace, String arguments) {
    return LinuxNamespaces.run(namespace, ("ip " + arguments).split(" ", -1));
  }

  private static KernelException refused(Runnable operation) {
    return assertThrows(KernelException.class, operation::run);
  }

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

  @Test
  void deletesAGroupTogether() {
    veth();
    bridge(false);
    host.deleteLinkGroup(7);
    assertEquals(Optional.empty(), host.link("host0"));
    assertEquals(Optional.empty(), pod.link("eth0"));
    assertTrue(host.link("br0").isPresent());
    assertEquals(Errno.ENODEV, refused(() -> host.deleteLinkGroup(7)).errno());
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
      host.remove(neighbour);
    }
    KernelException e = refused(() -> host.remove(neighbours.getFirst()));
    assertEquals(Errno.ENOENT, e.errno());
    assertTrue(e.getMessage().contains("neighbour 10.1.0.7"), e.getMessage());
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
    host.announce(here.index(), v4);
    host.announce(here.index(), v6);
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
    assertEquals(Errno.ENETDOWN, refused(() -> host.announce(here.index(), v4)).errno());
  }

  @Test
  void settingsAreTheNamespacesOwn() {
    Sysctl sysctl = host.sysctl();
    sysctl.set("1", "net", "ipv4", "ip_forward");
    assertEquals("1", sysctl.get("net", "ipv4", "ip_forward"));
    assertEquals("0", pod.sysctl().get("net", "ipv4", "ip_forward"));
    host.create(new NewLink.Bridge("br.5", Optional.empty(), OptionalInt.empty(), 0, false));
    assertTrue(sysctl.exists("net", "ipv4", "conf", "br.5", "forwarding"));
    assertFalse(pod.sysctl().exists("net", "ipv4", "conf", "br.5", "forwarding"));
    assertEquals(Errno.ENOENT, refused(() -> sysctl.get("net", "nothing")).errno());
    assertEquals(
        Errno.EINVAL, refused(() -> sysctl.set("word", "net", "ipv4", "ip_forward")).errno());
    for (String part : List.of("", ".", "..", "a/b", "..\0")) {
      assertEquals(Errno.EINVAL, refused(() -> sysctl.get("net", part)).errno());
    }
  }

  @Test
  void opensOnlyNetworkNamespaces() {
    for (String path : List.of("/proc/self/ns/mnt", "/etc/hostname", "/dev/null", "/tmp")) {
      KernelException e = refused(() -> kernel.open(Path.of(path)));
      assertEquals(Errno.EINVAL, e.errno());
      assertEquals(path + " is not a network namespace", e.getMessage());
    }
    KernelException e = refused(() -> kernel.open(Path.of("/run/netns/no-such")));
    assertEquals(Errno.ENOENT, e.errno());
  }

  @Test
  void tellsNamespacesApart() {
    assertNotEquals(host.id(), pod.id());
    assertNotEquals(host.id(), kernel.own().id());
    try (NetworkNamespace again = kernel.open(Path.of("/proc/self/ns/net"))) {
      assertEquals(kernel.own().id(), again.id());
    }
  }

  @Test
  void aClosedNamespaceSaysSo() {
    host.links();
    host.close();
    assertThrows(IllegalStateException.class, () -> host.links());
    assertThrows(IllegalStateException.class, () -> host.inside(() -> 1));
    assertThrows(IllegalStateException.class, () -> host.sysctl().get("net"));
    host.close();
    kernel.own().close();
    assertTrue(kernel.own().link("lo").isPresent(), "the own namespace stays open");
  }

  @Test
  void workInsideSeesItsFailureAsItWas() {
    IllegalArgumentException failure = new IllegalArgumentException("mine");
    assertEquals(
        failure,
        assertThrows(
            IllegalArgumentException.class,
            () ->
                host.inside(
                    () -> {
                      throw failure;
                    })));
    assertEquals(1, (int) host.inside(() -> 1));
  }

  @Test
  void listsMoreThanOneDatagramHolds() {
    for (int i = 0; i < 120; i++) {
      NewLink.Peer peer = new NewLink.Peer(pod, "e" + i, Optional.empty(), OptionalInt.empty());
      host.create(new NewLink.Veth("v" + i, Optional.empty(), OptionalInt.empty(), 9, peer));
    }
    List<Link> links = host.links();
    assertEquals(121, links.size());
    for (Link link : links) {
      assertEquals(Optional.of(link), host.link(link.name()));
    }
    host.deleteLinkGroup(9);
    assertEquals(1, pod.links().size());
  }

  @Test
  void manyThreadsShareOneNamespace() throws Exception {
    Link bridge = bridge(false);
    String before = Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")).toString();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        int number = i;
        all.add(
            threads.submit(
                () -> {
                  IpPrefix address = IpPrefix.of("10.1." + number + ".1/24");
                  for (int round = 0; round < 25; round++) {
                    host.add(InterfaceAddress.of(bridge.index(), address));
                    assertTrue(host.addresses().stream().anyMatch(a -> a.prefix().equals(address)));
                    host.remove(InterfaceAddress.of(bridge.index(), address));
                    assertEquals(bridge, host.link("br0").orElseThrow());
                    host.sysctl().set("1", "net", "ipv4", "conf", "br0", "forwarding");
                    assertEquals(
                        before,
                        Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")).toString());
                  }
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
  }

  @Test
  void leavesNoDescriptorsAndThreadsBehind() throws IOException {
    host.sysctl().get("net", "ipv4", "ip_forward");
    int descriptors = descriptors();
    for (int i = 0; i < 1000; i++) {
      try (NetworkNamespace namespace = kernel.open(Path.of("/proc/self/ns/net"))) {
        assertTrue(namespace.link("lo").isPresent());
      }
      refused(() -> kernel.open(Path.of("/dev/null")));
      host.sysctl().get("net", "ipv4", "ip_forward");
    }
    assertTrue(descriptors() <= descriptors + 2, () -> "more than " + descriptors);
    long threads =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith("namespace-"))
            .count();
    assertTrue(threads <= 8, () -> threads + " threads");
  }

  @Test
  void aThreadDoesNotHoldANamespaceAfterItsWork() throws InterruptedException {
    Link here = veth();
    pod.inside(() -> 1);
    pod.close();
    Objects.requireNonNull(namespaces).remove("pod");
    for (int i = 0; i < 100 && host.link(here.index()).isPresent(); i++) {
      Thread.sleep(10);
    }
    assertEquals(Optional.empty(), host.link(here.index()), "the peer went with its namespace");
  }

  private static int descriptors() {
    return Objects.requireNonNull(new File("/proc/self/fd").list()).length;
  }
}

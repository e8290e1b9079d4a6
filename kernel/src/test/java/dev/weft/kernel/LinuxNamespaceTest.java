package dev.weft.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.kernel.linux.LinuxKernel;
import dev.weft.net.IpPrefix;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Namespaces of the real kernel: what is in them, who may be in them, and what stays behind. */
class LinuxNamespaceTest extends OnLinux {
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
  void aProgramIsBornInTheNamespaceAndLeavesNothingThere() throws InterruptedException {
    ChildProcess program =
        new ChildProcess(
            Path.of("/usr/bin/readlink"), List.of("/proc/self/ns/net"), Map.of(), new byte[0]);
    for (NetworkNamespace namespace : List.of(pod, host, kernel.own())) {
      String printed = new String(namespace.inside(program::run).stdout(), StandardCharsets.UTF_8);
      assertEquals("net:[" + namespace.id().inode() + "]\n", printed);
    }
    Link here = veth();
    pod.inside(program::run);
    pod.close();
    Objects.requireNonNull(namespaces).remove("pod");
    for (int i = 0; i < 100 && host.link(here.index()).isPresent(); i++) {
      Thread.sleep(10);
    }
    assertEquals(Optional.empty(), host.link(here.index()), "the peer went with its namespace");
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
    List<Integer> all = new ArrayList<>();
    links.forEach(link -> all.add(link.index()));
    assertEquals(Errno.EOPNOTSUPP, refused(() -> host.deleteLinks(all)).errno(), "for lo");
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
  void aThreadThatIsInsideGivesItAPathForEverybody() {
    NamespaceId reached =
        pod.inside(
            () -> {
              Path path = LinuxKernel.pathOfThisThread();
              return host.inside(
                  () -> {
                    try (NetworkNamespace again = kernel.open(path)) {
                      return again.id();
                    }
                  });
            });
    assertEquals(pod.id(), reached);
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

package dev.weft.plugins.loopback;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.cni.Attachment;
import dev.weft.cni.CniArgs;
import dev.weft.cni.CniException;
import dev.weft.cni.CniVersion;
import dev.weft.cni.Delegates;
import dev.weft.cni.NetworkConfig;
import dev.weft.cni.Request;
import dev.weft.cni.Result;
import dev.weft.json.Json;
import dev.weft.kernel.Errno;
import dev.weft.kernel.InterfaceAddress;
import dev.weft.kernel.Kernel;
import dev.weft.kernel.Link;
import dev.weft.kernel.LinkChange;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.kernel.linux.LinuxKernel;
import dev.weft.kernel.memory.ChangeHook;
import dev.weft.kernel.memory.InMemoryKernel;
import dev.weft.net.IpPrefix;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A container's {@code lo} goes up and down, and nobody else's. */
class LoopbackPluginTest {
  private static final String POD = "/run/netns/a";
  private static final Attachment ATTACHMENT = new Attachment("a", "lo");

  private final InMemoryKernel kernel = new InMemoryKernel();
  private final LoopbackPlugin plugin = new LoopbackPlugin(kernel);

  @BeforeEach
  void addNamespace() {
    kernel.addNamespace(Path.of(POD));
  }

  @Test
  void addSetsLoUpAndTellsItsAddresses() {
    Result result = plugin.add(attach(POD, Optional.empty()));
    assertTrue(lo(POD).up());
    assertEquals(
        List.of(new Result.Interface("lo", "00:00:00:00:00:00", OptionalInt.of(65536), POD)),
        result.interfaces());
    assertEquals(
        List.of(
            new Result.Ip(IpPrefix.of("127.0.0.1/8"), Optional.empty(), OptionalInt.of(0)),
            new Result.Ip(IpPrefix.of("::1/128"), Optional.empty(), OptionalInt.of(0))),
        result.ips());
    plugin.check(attach(POD, Optional.of(result)));
  }

  @Test
  void addHandsAPreviousResultOn() {
    Result previous =
        new Result(
            List.of(),
            List.of(
                new Result.Ip(IpPrefix.of("10.1.0.2/24"), Optional.empty(), OptionalInt.empty())),
            List.of(),
            Result.Dns.NONE);
    assertEquals(previous, plugin.add(attach(POD, Optional.of(previous))));
    assertTrue(lo(POD).up());
    plugin.check(attach(POD, Optional.of(previous)));
  }

  @Test
  void checkFindsALoThatIsDown() {
    Result result = plugin.add(attach(POD, Optional.empty()));
    change(POD, new LinkChange.Down());
    assertEquals(101, code(() -> plugin.check(attach(POD, Optional.of(result)))));
  }

  @Test
  void checkFindsAMissingAddress() {
    Result result = plugin.add(attach(POD, Optional.empty()));
    try (NetworkNamespace pod = kernel.open(Path.of(POD))) {
      pod.remove(InterfaceAddress.of(lo(POD).index(), IpPrefix.of("127.0.0.1/8")));
    }
    assertEquals(101, code(() -> plugin.check(attach(POD, Optional.of(result)))));
  }

  @Test
  void delSetsLoDownAnyNumberOfTimes() {
    plugin.add(attach(POD, Optional.empty()));
    plugin.del(detach(Optional.of(POD)));
    assertFalse(lo(POD).up());
    plugin.del(detach(Optional.of(POD)));
  }

  @Test
  void delWithoutANamespaceHasNothingToDo() {
    plugin.del(detach(Optional.empty()));
    plugin.del(detach(Optional.of("/run/netns/gone")));
  }

  @Test
  void delNeverSetsTheHostsOwnLoDown() {
    change("/proc/self/ns/net", new LinkChange.Up());
    plugin.del(detach(Optional.of("/proc/self/ns/net")));
    assertTrue(kernel.own().link("lo").orElseThrow().up());
  }

  @Test
  void addToWhatIsNoNamespaceIsCode8() {
    assertEquals(8, code(() -> plugin.add(attach("/run/netns/gone", Optional.empty()))));
  }

  @Test
  void whatTheKernelRefusesIsCode102() {
    kernel.onChange(ChangeHook.failing(1, Errno.EPERM));
    assertEquals(102, code(() -> plugin.add(attach(POD, Optional.empty()))));
    kernel.onChange(ChangeHook.failing(1, Errno.EPERM));
    assertEquals(102, code(() -> plugin.del(detach(Optional.of(POD)))));
  }

  @Test
  void gcAndStatusNeedNothing() {
    Request.Network network = new Request.Network(config(Optional.empty()), Delegates.NONE);
    plugin.status(network);
    plugin.gc(network, Set.of());
  }

  @Test
  void aRealLoGoesUpAndDown() throws IOException {
    assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
    // The namespace ends with its one process, and that when its standard input is closed.
    Process keeper =
        new ProcessBuilder("unshare", "--net", "sh", "-c", "echo ready; exec cat").start();
    try {
      assertEquals("ready", keeper.inputReader(StandardCharsets.UTF_8).readLine());
      String netns = "/proc/" + keeper.pid() + "/ns/net";
      Kernel linux = new LinuxKernel();
      LoopbackPlugin real = new LoopbackPlugin(linux);
      Result result = real.add(attach(netns, Optional.empty()));
      assertEquals(
          List.of(IpPrefix.of("127.0.0.1/8"), IpPrefix.of("::1/128")),
          result.ips().stream().map(Result.Ip::address).toList());
      real.check(attach(netns, Optional.of(result)));
      real.del(detach(Optional.of(netns)));
      try (NetworkNamespace pod = linux.open(Path.of(netns))) {
        assertFalse(pod.link("lo").orElseThrow().up());
      }
      boolean hostUp = linux.own().link("lo").orElseThrow().up();
      real.del(detach(Optional.of("/proc/self/ns/net")));
      assertEquals(hostUp, linux.own().link("lo").orElseThrow().up());
    } finally {
      keeper.destroy();
    }
  }

  private static NetworkConfig config(Optional<Result> previous) {
    return new NetworkConfig(CniVersion.V0_3_1, "lo", "loopback", previous, Json.Obj.EMPTY);
  }

  private static Request.Attach attach(String netns, Optional<Result> previous) {
    return new Request.Attach(config(previous), Delegates.NONE, ATTACHMENT, netns, CniArgs.NONE);
  }

  private static Request.Detach detach(Optional<String> netns) {
    return new Request.Detach(
        config(Optional.empty()), Delegates.NONE, ATTACHMENT, netns, CniArgs.NONE);
  }

  private Link lo(String netns) {
    try (NetworkNamespace namespace = kernel.open(Path.of(netns))) {
      return namespace.link("lo").orElseThrow();
    }
  }

  private void change(String netns, LinkChange change) {
    try (NetworkNamespace namespace = kernel.open(Path.of(netns))) {
      namespace.change(lo(netns).index(), change);
    }
  }

  private static int code(Runnable work) {
    return assertThrows(CniException.class, work::run).code();
  }
}

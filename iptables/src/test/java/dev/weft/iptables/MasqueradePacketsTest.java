package dev.weft.iptables;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.kernel.NetworkNamespace;
import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What hosts see of packets that pods send, by either back end of this kernel. */
class MasqueradePacketsTest {
  private static final RuleOwner OWNER = new RuleOwner("net", "container-1", "eth0");
  private static final List<IpPrefix> ADDRESSES =
      List.of(IpPrefix.of(PacketLab.POD_V4 + "/24"), IpPrefix.of(PacketLab.POD_V6 + "/64"));

  private PacketLab lab;

  @BeforeEach
  void build() {
    lab = new PacketLab();
  }

  @AfterEach
  void end() {
    if (lab != null) {
      lab.close();
    }
  }

  private Masquerade by(MasqueradeBackend backend) {
    Masquerade masquerade = Masquerade.on(lab.node, Optional.of(backend));
    Optional<String> obstacle = masquerade.obstacle();
    Assumptions.assumeTrue(obstacle.isEmpty(), obstacle::toString);
    return masquerade;
  }

  private void assertSeen(String source, NetworkNamespace by, String destination) {
    assertEquals(Optional.of(IpAddress.of(source)), lab.sourceSeen(lab.pod, by, destination, true));
  }

  @ParameterizedTest
  @EnumSource
  void packetsThatLeaveTheSubnetBearTheNodesAddress(MasqueradeBackend backend) {
    Masquerade masquerade = by(backend);
    assertSeen(PacketLab.POD_V4, lab.outside, PacketLab.OUTSIDE_V4);
    assertSeen(PacketLab.POD_V6, lab.outside, PacketLab.OUTSIDE_V6);
    masquerade.add(OWNER, ADDRESSES);
    assertEquals(List.of(), masquerade.missing(OWNER, ADDRESSES));
    assertSeen(PacketLab.NODE_V4, lab.outside, PacketLab.OUTSIDE_V4);
    assertSeen(PacketLab.NODE_V6, lab.outside, PacketLab.OUTSIDE_V6);
    assertSeen(PacketLab.POD_V4, lab.other, PacketLab.OTHER_V4);
    assertSeen(PacketLab.POD_V6, lab.other, PacketLab.OTHER_V6);
    masquerade.remove(OWNER);
    assertSeen(PacketLab.POD_V4, lab.outside, PacketLab.OUTSIDE_V4);
    assertSeen(PacketLab.POD_V6, lab.outside, PacketLab.OUTSIDE_V6);
    assertFalse(lab.rules().contains(OWNER.containerId()), lab.rules());
  }

  @ParameterizedTest
  @EnumSource
  void onlyThePodThatIsMeantIsMasqueraded(MasqueradeBackend backend) {
    by(backend).add(OWNER, List.of(IpPrefix.of(PacketLab.OTHER_V4 + "/24")));
    assertSeen(PacketLab.POD_V4, lab.outside, PacketLab.OUTSIDE_V4);
    assertEquals(
        Optional.of(IpAddress.of(PacketLab.NODE_V4)),
        lab.sourceSeen(lab.other, lab.outside, PacketLab.OUTSIDE_V4, true));
  }

  @ParameterizedTest
  @EnumSource
  void multicastIsSpared(MasqueradeBackend backend) throws Exception {
    Path tcpdump = Path.of("/usr/bin/tcpdump");
    Assumptions.assumeTrue(Files.isExecutable(tcpdump), "needs tcpdump to see multicast");
    by(backend).add(OWNER, ADDRESSES);
    Process capture =
        lab.other.inside(
            () ->
                new ProcessBuilder(
                        tcpdump.toString(), "-lnq", "-i", "eth0", "-c", "1", "dst", "224.1.2.3")
                    .redirectErrorStream(true)
                    .start());
    try (BufferedReader lines = capture.inputReader(StandardCharsets.UTF_8)) {
      StringBuilder seen = new StringBuilder();
      String line = lines.readLine();
      while (line != null) {
        seen.append(line).append('\n');
        if (line.startsWith("listening")) {
          PacketLab.send(lab.pod, "224.1.2.3");
        }
        line = lines.readLine();
      }
      assertTrue(seen.toString().contains("IP " + PacketLab.POD_V4 + "."), seen::toString);
    } finally {
      capture.destroy();
      capture.onExit().get(5, TimeUnit.SECONDS);
    }
  }

  @ParameterizedTest
  @EnumSource
  void manyAtOnceEndClean(MasqueradeBackend backend) throws Exception {
    by(backend);
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Callable<List<IpPrefix>>> work = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        RuleOwner owner = new RuleOwner("net", "container-" + i, "eth0");
        List<IpPrefix> addresses =
            List.of(
                new IpPrefix(IpAddress.of("10.88.1.0").plus(i), 16),
                new IpPrefix(IpAddress.of("fd00:88::100").plus(i), 64));
        work.add(
            () -> {
              // Each with a namespace handle and sockets of its own, as processes would.
              try (NetworkNamespace node = lab.openNode()) {
                Masquerade masquerade = Masquerade.on(node, Optional.of(backend));
                masquerade.add(owner, addresses);
                List<IpPrefix> missing = masquerade.missing(owner, addresses);
                masquerade.remove(owner);
                return missing;
              }
            });
      }
      for (Future<List<IpPrefix>> missing : threads.invokeAll(work)) {
        assertEquals(List.of(), missing.get());
      }
    }
    assertFalse(lab.rules().contains("container-"), lab.rules());
  }

  @ParameterizedTest
  @EnumSource
  void whatANetworkHasBeyondItsPodsGoes(MasqueradeBackend backend) {
    Masquerade masquerade = by(backend);
    RuleOwner kept = new RuleOwner("net", "container-2", "eth0");
    List<IpPrefix> address = List.of(IpPrefix.of(PacketLab.OTHER_V4 + "/24"));
    masquerade.add(OWNER, ADDRESSES);
    masquerade.add(kept, address);
    masquerade.retain("net", Set.of(kept));
    assertFalse(lab.rules().contains(OWNER.containerId()), lab.rules());
    assertEquals(List.of(), masquerade.missing(kept, address));
  }
}

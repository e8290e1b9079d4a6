package dev.weft.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.net.IpPrefix;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What an installation writes, leaves alone, and takes away again. */
class InstallerTest extends WithDistributions {
  private static final Network OTHER_NETWORK =
      new Network("{\"cniVersion\":\"1.0.0\",\"name\":\"blue\"}", List.of("bridge", "portmap"));

  @Test
  void aSecondRunChangesNothing() throws IOException {
    node.install(first);
    Map<String, String> before = node.snapshot();
    assertEquals(List.of(), node.install(first));
    assertEquals(List.of(), node.install(new Distribution(node.inUse())));
    assertEquals(before, node.snapshot());
  }

  @Test
  void aNodeWithoutNetworkGetsOne() throws IOException {
    node.install(first);
    assertEquals(Network.ofSubnets(List.of()).content(), Files.readString(node.network()));
  }

  @Test
  void aNodeWithANetworkKeepsIt() throws IOException {
    node.write("/etc/cni/net.d/87-podman.conflist", "{}");
    node.install(first);
    assertFalse(Files.exists(node.network()));
  }

  @Test
  void aGivenNetworkReplacesOnlyWhatWeWrote() throws IOException {
    node.install(first);
    node.install(first, Optional.of(OTHER_NETWORK));
    assertEquals(OTHER_NETWORK.content(), Files.readString(node.network()));
    assertTrue(node.notes().toString().contains("portmap"), node.notes()::toString);
    node.write("/etc/cni/net.d/10-weft.conflist", "{\"name\":\"mine\"}");
    assertEquals(List.of(), node.install(first, Optional.of(OTHER_NETWORK)));
    assertEquals("{\"name\":\"mine\"}", Files.readString(node.network()));
    assertTrue(node.notes().toString().contains("10-weft.conflist"), node.notes()::toString);
    node.uninstall();
    assertEquals("{\"name\":\"mine\"}", Files.readString(node.network()));
  }

  @Test
  void anUpgradeLeavesTheSubnetAsItWasChosen() throws IOException {
    Selection chosen = new Selection(Optional.empty(), List.of(IpPrefix.of("10.9.0.0/16")), false);
    node.install(first, node.places(), chosen);
    node.install(second);
    assertTrue(Files.readString(node.network()).contains("10.9.0.0/16"));
    Selection other = new Selection(Optional.empty(), List.of(IpPrefix.of("10.8.0.0/16")), false);
    node.install(second, node.places(), other);
    assertTrue(Files.readString(node.network()).contains("10.8.0.0/16"));
  }

  @Test
  void aSubnetForANodeThatHasANetworkIsToldNotTaken() throws IOException {
    node.write("/etc/cni/net.d/87-podman.conflist", "{}");
    node.install(
        first,
        node.places(),
        new Selection(Optional.empty(), List.of(Network.DEFAULT_SUBNET), false));
    assertFalse(Files.exists(node.network()));
    assertTrue(node.notes().toString().contains("87-podman"), node.notes()::toString);
  }

  @Test
  void aUnitThatWasChangedIsKept() throws IOException {
    node.install(first);
    node.write("/etc/systemd/system/weft-agent.service", "mine");
    assertEquals(List.of(), node.install(first));
    assertEquals("mine", node.read("/etc/systemd/system/weft-agent.service"));
    node.uninstall();
    assertEquals("mine", node.read("/etc/systemd/system/weft-agent.service"));
    assertFalse(Files.exists(node.at("/etc/systemd/system/weft-agent.socket")));
  }

  @Test
  void uninstallLeavesWhatBelongsToPods() throws IOException {
    node.write("/var/lib/cni/networks/weft/10.87.0.2", "pod\r\neth0");
    Map<String, String> before = node.snapshot();
    node.install(first);
    assertFalse(node.uninstall().isEmpty());
    assertEquals(before, node.snapshot());
    assertEquals(List.of(), node.uninstall());
  }

  @Test
  void twoAtATimeAreOneTooMany() throws IOException {
    Files.createDirectories(node.at("/var/lib/weft"));
    try (FileChannel lock =
        FileChannel.open(
            node.at("/var/lib/weft/install.lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE)) {
      lock.lock();
      String refusal = node.refusal(first);
      assertTrue(refusal.contains("install.lock"), refusal);
    }
    node.install(first);
    assertTrue(Files.exists(node.network()));
  }
}

package dev.weft.install;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What systemd is told, and when. */
class AgentServiceTest extends WithDistributions {
  private static final Set<String> BOTH = Set.of("weft-agent.socket", "weft-agent.service");

  private final InMemorySystemd systemd = new InMemorySystemd();

  @BeforeEach
  void letSystemdSeeTheNode() {
    systemd.files = node.at("/etc/systemd/system");
  }

  private List<String> install(Distribution distribution, boolean asked) {
    systemd.orders.clear();
    installer().install(distribution, new Selection(Optional.empty(), List.of(), asked));
    return systemd.orders;
  }

  private Installer installer() {
    return new Installer(FailingDisk.sound(), systemd, node.places(), node);
  }

  @Test
  void theAgentIsEnabledAndStarted() {
    install(first, true);
    assertEquals(BOTH, systemd.enabled);
    assertEquals(BOTH, systemd.active);
    assertEquals("daemon-reload", systemd.orders.getFirst());
  }

  @Test
  void withoutBeingAskedForThereIsNoService() {
    assertEquals(List.of(), install(first, false));
    assertFalse(Files.exists(node.at("/etc/systemd/system")));
  }

  @Test
  void anAgentOfThisVersionGoesOn() throws Exception {
    Files.delete(first.home().resolve("runtime/bin/java"));
    Files.copy(Path.of("/bin/sleep").toRealPath(), first.home().resolve("runtime/bin/java"));
    install(first, true);
    Process agent = new ProcessBuilder(node.inUse() + "/runtime/bin/java", "60").start();
    try {
      systemd.agent = agent.pid();
      assertEquals(List.of(), install(first, false));
      assertEquals(List.of("restart weft-agent.service"), install(second, false));
    } finally {
      agent.destroyForcibly().waitFor();
    }
  }

  @Test
  void anAgentThatSomebodyStoppedStaysDownUnlessAskedFor() throws IOException {
    install(first, true);
    systemd.active.clear();
    assertEquals(List.of(), install(second, false));
    install(first, true);
    assertEquals(BOTH, systemd.active);
  }

  @Test
  void anAgentThatIsJustBeingStartedIsStartedAnew() throws IOException {
    install(first, true);
    systemd.starting = true;
    install(second, false);
    assertFalse(systemd.starting, systemd.orders::toString);
  }

  @Test
  void aReloadThatAKilledRunOwesIsMade() {
    install(first, true);
    systemd.needsReload = true;
    assertTrue(install(first, true).contains("daemon-reload"), systemd.orders::toString);
  }

  @Test
  void theNetworkWaitsForTheAgent() {
    systemd.refusesToStart = true;
    InstallException refusal = assertThrows(InstallException.class, () -> install(first, true));
    assertTrue(
        String.valueOf(refusal.getMessage()).contains("Job for weft-agent.service failed. See"),
        refusal::getMessage);
    assertFalse(Files.exists(node.network()));
    systemd.refusesToStart = false;
    install(first, true);
    assertTrue(Files.exists(node.network()));
  }

  @Test
  void uninstallStopsTheAgentBeforeItsFilesGo() {
    install(first, true);
    systemd.orders.clear();
    installer().uninstall();
    assertEquals(
        List.of("disable --now weft-agent.service weft-agent.socket", "daemon-reload"),
        systemd.orders);
    assertEquals(Set.of(), systemd.active);
    systemd.orders.clear();
    installer().uninstall();
    assertEquals(List.of(), systemd.orders);
  }

  @Test
  void aUnitThatWasChangedDoesNotRunWithoutWeft() throws IOException {
    install(first, true);
    node.write("/etc/systemd/system/weft-agent.service", "mine");
    installer().uninstall();
    assertEquals(Set.of(), systemd.active);
    node.changes().clear();
    installer().uninstall();
    assertEquals(List.of(), node.changes());
    assertEquals("mine", node.read("/etc/systemd/system/weft-agent.service"));
  }

  @Test
  void aHomeThatSystemdWouldReadOtherwiseIsRefused() {
    Places places = node.places("/opt/we ft");
    Installer installer = new Installer(FailingDisk.sound(), systemd, places, node);
    Selection withAgent = new Selection(Optional.empty(), List.of(), true);
    assertThrows(InstallException.class, () -> installer.install(first, withAgent));
    assertFalse(Files.exists(node.at("/opt")));
  }

  @Test
  void systemdFindsNothingToComplainOf() throws Exception {
    Path verify = Path.of("/usr/bin/systemd-analyze");
    assumeTrue(Files.isExecutable(verify), "skipped: needs systemd-analyze (package systemd)");
    Path units = Files.createDirectories(directory.resolve("units"));
    // Verification wants a program that is there.
    Files.writeString(
        units.resolve(Units.SERVICE),
        Units.service(first.home()).replace("/bin/weft ", "/../true "));
    Files.writeString(units.resolve(Units.SOCKET), Units.socket());
    Files.copy(Path.of("/bin/true").toRealPath(), first.home().resolveSibling("true"));
    Process process =
        new ProcessBuilder(
                verify.toString(),
                "verify",
                units.resolve(Units.SERVICE).toString(),
                units.resolve(Units.SOCKET).toString())
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, process.waitFor(), output);
    assertFalse(output.contains("weft-agent"), output);
  }
}

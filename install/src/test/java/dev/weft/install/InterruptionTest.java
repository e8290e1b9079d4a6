package dev.weft.install;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.install.FailingDisk.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A run that is killed in any step, or that the kernel refuses any step, leaves a node that works
 * as before or as wished, and the next run completes it.
 */
class InterruptionTest extends WithDistributions {
  private static final Systemctl NO_SYSTEMD = new SystemctlProgram(false);

  /** A run of the command, on a disk that may fail. */
  private interface Run {
    void on(Installer installer);
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void aFirstInstallMayBeInterrupted(Fault fault) throws IOException {
    interrupt(fault, List.of(), installer -> install(installer, first));
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void anUpgradeMayBeInterrupted(Fault fault) throws IOException {
    interrupt(fault, List.of(first), installer -> install(installer, second));
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void anUninstallMayBeInterrupted(Fault fault) throws IOException {
    interrupt(fault, List.of(first, second), Installer::uninstall);
  }

  private static void install(Installer installer, Distribution distribution) {
    Network network = new Network("{\"of\":\"" + distribution.home() + "\"}", List.of("bridge"));
    installer.install(distribution, new Selection(Optional.of(network), List.of(), true));
  }

  private void interrupt(Fault fault, List<Distribution> before, Run run) throws IOException {
    TestNode whole = node("whole", before);
    int steps = steps(fault, whole, run);
    Map<String, String> complete = whole.snapshot();
    assertTrue(steps > 5, "only " + steps + " steps to fail in");
    for (int step = 1; step <= steps; step++) {
      String when = fault + " in step " + step;
      TestNode node = node("failing" + step, before);
      Map<String, String> untouched = node.withoutState();
      try {
        run.on(new Installer(new FailingDisk(fault, step), NO_SYSTEMD, node.places(), node));
      } catch (FailingDisk.Killed e) {
        works(node, when);
      } catch (InstallException e) {
        works(node, when);
        if (node.changes().isEmpty()) {
          assertEquals(untouched, node.withoutState(), when);
        }
      }
      run.on(new Installer(FailingDisk.sound(), NO_SYSTEMD, node.places(), node));
      assertEquals(complete, node.snapshot(), when);
    }
  }

  private static int steps(Fault fault, TestNode node, Run run) {
    FailingDisk disk = new FailingDisk(fault, Integer.MAX_VALUE);
    run.on(new Installer(disk, NO_SYSTEMD, node.places(), node));
    return disk.steps();
  }

  private TestNode node(String name, List<Distribution> installed) throws IOException {
    TestNode node = TestNode.at(directory.resolve(name));
    node.writeProgram("bridge", TestNode.GO_BRIDGE);
    for (Distribution distribution : installed) {
      install(new Installer(FailingDisk.sound(), NO_SYSTEMD, node.places(), node), distribution);
    }
    node.changes().clear();
    return node;
  }

  /** What a runtime that looks now may count on. */
  private void works(TestNode node, String when) throws IOException {
    boolean all = true;
    for (String plugin : TestNode.PLUGINS) {
      Path program = node.program(plugin);
      boolean there = Files.exists(program, LinkOption.NOFOLLOW_LINKS);
      all &= there;
      if (there) {
        assertTrue(Files.isExecutable(program), when + ": " + plugin + " cannot be run");
        assertTrue(isComplete(Files.readAllBytes(program)), when + ": " + plugin + " is half");
      }
    }
    boolean gosAside = Files.exists(node.program(".bridge.before-weft"));
    String bridge = gosAside ? ".bridge.before-weft" : "bridge";
    assertEquals(TestNode.GO_BRIDGE, node.read("/opt/cni/bin/" + bridge), when);
    assertTrue(Files.exists(node.program("bridge")), when);
    if (Files.exists(node.network())) {
      assertTrue(all, when + ": a network stands without its plugins");
      assertTrue(Files.readString(node.network()).startsWith("{\"of\":\""), when);
    }
    if (Files.exists(node.program("loopback"))) {
      assertTrue(Files.isSymbolicLink(node.at("/opt/weft")), when + ": plugins without a home");
    }
    if (Files.isSymbolicLink(node.at("/opt/weft"))) {
      Path home = node.at("/opt/weft").toRealPath();
      byte[] launcher = Files.readAllBytes(home.resolve("bin/weft"));
      boolean isFirst = Arrays.equals(launcher, TestNode.launcher("1.0"));
      assertTrue(new Tree(home).looksLike((isFirst ? first : second).tree()), when);
      assertArrayEquals(TestNode.launcher(isFirst ? "1.0" : "2.0"), launcher, when);
    }
  }

  private static boolean isComplete(byte[] program) {
    return Arrays.equals(program, TestNode.launcher("1.0"))
        || Arrays.equals(program, TestNode.launcher("2.0"))
        || Arrays.equals(program, TestNode.GO_BRIDGE.getBytes(UTF_8));
  }
}

package dev.weft.install;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The plugins where runtimes look for them, and what stood there before. */
class ExecutablesTest extends WithDistributions {
  @Test
  void allPluginsAreOneFile() throws IOException {
    node.install(first);
    for (String plugin : TestNode.PLUGINS) {
      assertArrayEquals(TestNode.launcher("1.0"), Files.readAllBytes(node.program(plugin)));
      assertTrue(Files.isSameFile(node.program("bridge"), node.program(plugin)), plugin);
      assertTrue(Files.isExecutable(node.program(plugin)), plugin);
    }
  }

  @Test
  void anotherHomeIsFoundThroughLinks() throws IOException {
    node.install(first, node.places("/srv/weft"), TestNode.EXECUTABLES_ALONE);
    for (String plugin : TestNode.PLUGINS) {
      assertEquals(Path.of("/srv/weft/bin", plugin), Files.readSymbolicLink(node.program(plugin)));
    }
    assertTrue(Files.isSameFile(node.at("/srv/weft/bin/weft"), node.at("/srv/weft/bin/bridge")));
    assertEquals(
        List.of(), node.install(first, node.places("/srv/weft"), TestNode.EXECUTABLES_ALONE));
    node.uninstall(node.places("/srv/weft"));
    assertEquals(Map.of(), node.snapshot());
  }

  @Test
  void aPluginThatTheNewVersionDoesNotHaveGoes() throws IOException {
    Files.createSymbolicLink(first.home().resolve("bin/ptp"), Path.of("weft"));
    node.install(first);
    assertTrue(Files.exists(node.program("ptp")));
    node.install(second);
    assertFalse(Files.exists(node.program("ptp")));
  }

  @Test
  void anothersExecutableIsKeptAndPutBack() throws IOException {
    node.writeProgram("bridge", TestNode.GO_BRIDGE);
    node.writeProgram("portmap", "another's portmap");
    Files.createSymbolicLink(node.program("static"), Path.of("portmap"));
    Map<String, String> before = node.snapshot();
    node.install(first);
    node.install(second);
    assertEquals(TestNode.GO_BRIDGE, node.read("/opt/cni/bin/.bridge.before-weft"));
    assertArrayEquals(TestNode.launcher("2.0"), Files.readAllBytes(node.program("bridge")));
    node.uninstall();
    assertEquals(before, node.snapshot());
  }

  @Test
  void anExecutableThatCameOverOursIsTheOneToBePutBack() throws IOException {
    node.writeProgram("bridge", "old");
    node.install(first);
    Files.delete(node.program("bridge"));
    node.writeProgram("bridge", "new");
    node.install(first);
    assertArrayEquals(TestNode.launcher("1.0"), Files.readAllBytes(node.program("bridge")));
    node.uninstall();
    assertEquals("new", node.read("/opt/cni/bin/bridge"));
  }

  @Test
  void anExecutableThatCameOverOursStaysWhenWeftGoes() throws IOException {
    node.writeProgram("bridge", "old");
    node.install(first);
    Files.delete(node.program("bridge"));
    node.writeProgram("bridge", "new");
    node.uninstall();
    assertEquals("new", node.read("/opt/cni/bin/bridge"));
    assertTrue(node.notes().toString().contains(".bridge.before-weft"), node.notes()::toString);
  }

  @Test
  void linksThatPeopleMadeToUsAreOurs() throws IOException {
    Files.createDirectories(node.at("/opt/cni/bin"));
    Files.createSymbolicLink(node.program("bridge"), Path.of("/opt/weft/bin/bridge"));
    node.install(first);
    assertTrue(Files.isRegularFile(node.program("bridge"), NOFOLLOW_LINKS));
    assertFalse(Files.exists(node.program(".bridge.before-weft")));
  }

  @Test
  void binOfTheHomeItselfIsLeftAsItIs() throws IOException {
    Places places =
        new Places(
            node.root(), Path.of("/opt/weft"), Path.of("/opt/weft/bin"), Path.of("/etc/cni/net.d"));
    node.install(first, places, TestNode.EXECUTABLES_ALONE);
    node.install(first, places, TestNode.EXECUTABLES_ALONE);
    assertTrue(new Tree(node.inUse()).looksLike(first.tree()));
    node.uninstall(places);
    assertEquals(Map.of(), node.snapshot());
  }

  @Test
  void aDirectoryUnderThePluginsNameIsRefusedAndNothingIsDone() throws IOException {
    Files.createDirectories(node.program("loopback").resolve("inside"));
    String refusal = node.refusal(first);
    assertTrue(refusal.contains("/loopback is a directory"), refusal);
    assertEquals(Map.of(), node.withoutState());
  }
}

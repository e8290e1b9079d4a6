package dev.weft.install;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The home of Weft, and the versions beside it. */
class VersionsTest extends WithDistributions {
  private List<String> versions() throws IOException {
    return Tree.entries(node.at("/opt/weft-versions")).stream()
        .map(version -> version.getFileName().toString().replaceAll("-[0-9a-f]{12}", ""))
        .toList();
  }

  @Test
  void homeIsALinkToACopyThatKeepsTimes() throws IOException {
    node.install(first);
    assertTrue(Files.isSymbolicLink(node.at("/opt/weft")));
    assertFalse(Files.readSymbolicLink(node.at("/opt/weft")).isAbsolute());
    assertTrue(new Tree(node.inUse()).looksLike(first.tree()));
    assertEquals(
        Files.getLastModifiedTime(first.home().resolve("lib/weft.jar")),
        Files.getLastModifiedTime(node.inUse().resolve("lib/weft.jar")));
  }

  @Test
  void nobodyButTheOwnerMayChangeTheCopy() throws IOException {
    node.install(first);
    assertEquals(
        "rwxr-xr-x",
        PosixFilePermissions.toString(
            Files.getPosixFilePermissions(node.inUse().resolve("bin/weft"))));
  }

  @Test
  void anUpgradeKeepsThePreviousVersionOnly() throws IOException {
    node.install(first);
    node.install(second);
    assertEquals(List.of("1.0", "2.0"), versions());
    node.install(TestNode.distribution(directory.resolve("third"), "3.0"));
    assertEquals(List.of("2.0", "3.0"), versions());
    assertArrayEquals(TestNode.launcher("3.0"), Files.readAllBytes(node.program("bridge")));
  }

  @Test
  void aVersionThatAProcessRunsFromStays() throws Exception {
    Files.delete(first.home().resolve("runtime/bin/java"));
    Files.copy(Path.of("/bin/sleep").toRealPath(), first.home().resolve("runtime/bin/java"));
    node.install(first);
    Process agent = new ProcessBuilder(node.inUse() + "/runtime/bin/java", "60").start();
    try {
      node.install(second);
      node.install(TestNode.distribution(directory.resolve("third"), "3.0"));
      assertEquals(List.of("1.0", "2.0", "3.0"), versions());
    } finally {
      agent.destroyForcibly().waitFor();
    }
    node.install(TestNode.distribution(directory.resolve("fourth"), "4.0"));
    assertEquals(List.of("3.0", "4.0"), versions());
  }

  @Test
  void thePreviousVersionCanTakeOverAgain() throws IOException {
    node.install(first);
    Distribution previous = new Distribution(node.inUse());
    node.install(second);
    node.install(previous);
    assertEquals(previous.home(), node.inUse());
    assertArrayEquals(TestNode.launcher("1.0"), Files.readAllBytes(node.program("bridge")));
  }

  @Test
  void aDamagedVersionIsNotUsedAgain() throws IOException {
    node.install(first);
    Path damaged = node.inUse();
    Files.delete(damaged.resolve("lib/weft.jar"));
    node.install(first);
    assertTrue(new Tree(node.inUse()).looksLike(first.tree()));
  }

  @Test
  void contentAloneMakesAnotherVersion() throws IOException {
    node.install(first);
    Path options = Files.writeString(first.home().resolve("lib/java.options"), "-Xmx1g");
    FileTime time = Files.getLastModifiedTime(options);
    node.install(first);
    Path before = node.inUse();
    Files.writeString(options, "-Xmx2g");
    Files.setLastModifiedTime(options, time);
    node.install(first);
    assertFalse(before.equals(node.inUse()), "a change of the same size and time was not seen");
  }

  @Test
  void aHomeThatWasPutThereByHandIsUsedAsItIs() throws IOException {
    Distribution there = TestNode.distribution(node.at("/opt/weft"), "1.0");
    node.install(there);
    assertTrue(Files.isDirectory(node.at("/opt/weft"), NOFOLLOW_LINKS));
    assertArrayEquals(TestNode.launcher("1.0"), Files.readAllBytes(node.program("bridge")));
    node.uninstall();
    assertTrue(Files.exists(there.launcher()));
    assertTrue(node.notes().toString().contains("/opt/weft"), node.notes()::toString);
  }

  @Test
  void aHomeThatWasPutThereByHandIsNotReplaced() throws IOException {
    TestNode.distribution(node.at("/opt/weft"), "1.0");
    Map<String, String> before = node.snapshot();
    String refusal = node.refusal(second);
    assertTrue(refusal.contains("mv " + node.at("/opt/weft")), refusal);
    assertEquals(before, node.withoutState());
  }

  @Test
  void anEmptyHomeAndALinkToElsewhereAreReplaced() throws IOException {
    Files.createDirectories(node.at("/opt/weft"));
    node.install(first);
    assertTrue(Files.isSymbolicLink(node.at("/opt/weft")));
    Files.delete(node.at("/opt/weft"));
    Files.createSymbolicLink(node.at("/opt/weft"), second.home());
    node.install(second);
    assertTrue(node.inUse().startsWith(node.at("/opt/weft-versions").toRealPath()));
    assertTrue(Files.exists(second.launcher()));
  }
}

package dev.weft.ipam;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.cni.CniException;
import dev.weft.cni.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** A data directory that is not what it should be, and what a call may leave in a good one. */
class DataDirTest {
  @TempDir Path directory;

  @Test
  void whatIsNoDirectoryIsNamedAndLeftAlone() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "somebody's");
    Path dangling = Files.createSymbolicLink(directory.resolve("link"), Path.of("/nowhere/at/all"));
    Path behindFile = file.resolve("below");
    Map<Path, String> before = snapshot();
    for (Path dataDir : List.of(file, dangling, behindFile)) {
      Calls calls = calls(dataDir);
      for (Executable call :
          List.<Executable>of(
              () -> calls.add("c", "eth0"),
              () -> calls.del("c", "eth0"),
              () -> calls.check("c", "eth0"),
              () -> calls.gc())) {
        CniException e = Calls.refused(call);
        assertEquals(ErrorCode.IO_FAILURE.number(), e.code(), e.getMessage());
        String sentence = String.valueOf(e.getMessage());
        assertTrue(sentence.startsWith("ipam.dataDir " + dataDir + " cannot be used: "), sentence);
        assertFalse(sentence.contains("null"), sentence);
      }
      assertEquals(ErrorCode.NOT_AVAILABLE.number(), Calls.refused(calls::status).code());
    }
    assertEquals(before, snapshot());
  }

  @Test
  void askingAboutANetworkThatNeverWasLeavesNothing() throws IOException {
    Path dataDir = directory.resolve("never");
    calls(dataDir).del("c", "eth0");
    calls(dataDir).gc();
    Calls.refused(() -> calls(dataDir).check("c", "eth0"));
    assertFalse(Files.exists(dataDir));
  }

  @Test
  void whatHasAnAddressForANameIsNotReplaced() throws IOException {
    Path leases = Files.createDirectories(directory.resolve("net"));
    Path secret = Files.writeString(directory.resolve("secret"), "c\r\neth0");
    Files.createDirectories(leases.resolve("10.1.0.2").resolve("within"));
    Files.createSymbolicLink(leases.resolve("10.1.0.3"), secret);
    Files.writeString(leases.resolve("10.1.0.04"), "not how we write it");
    Calls calls = calls(directory);
    calls.del("c", "eth0");
    assertEquals("10.1.0.4/29", calls.address("c"));
    calls.del("c", "eth0");
    assertEquals("c\r\neth0", Files.readString(secret));
    assertTrue(Files.isSymbolicLink(leases.resolve("10.1.0.3")));
    assertTrue(Files.isDirectory(leases.resolve("10.1.0.2").resolve("within")));
    assertTrue(Files.exists(leases.resolve("10.1.0.04")));
  }

  @Test
  void aFailedCallLeavesTheLeasesAsTheyWere() throws IOException {
    Calls calls = calls(directory);
    for (int i = 0; i < 5; i++) {
      calls.address("c" + i);
    }
    Map<Path, String> before = leases();
    Calls.refused(() -> calls.address("more"));
    Calls.refused(() -> calls.address("c0"));
    assertEquals(before, leases());
  }

  private Map<Path, String> leases() throws IOException {
    Map<Path, String> leases = snapshot();
    leases.keySet().removeIf(file -> file.toString().contains("/.weft"));
    return leases;
  }

  private static Calls calls(Path dataDir) {
    return Calls.of(
        new HostLocalPlugin(), "'ipam': {'dataDir': '" + dataDir + "', 'subnet': '10.1.0.0/29'}");
  }

  private Map<Path, String> snapshot() throws IOException {
    Map<Path, String> content = new TreeMap<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.toList()) {
        boolean regular = Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
        content.put(
            file,
            regular ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8) : "no file");
      }
    }
    return content;
  }
}

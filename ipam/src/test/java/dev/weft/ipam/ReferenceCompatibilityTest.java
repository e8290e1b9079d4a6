package dev.weft.ipam;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.cni.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** We and the reference plugin serve one network with one set of files. */
class ReferenceCompatibilityTest {
  @TempDir Path dataDir;

  @Test
  void leasesOfEitherAreTheOthersToo() throws Exception {
    ReferencePlugin theirs = theirs("'subnet': '10.1.0.0/28'");
    Calls ours = ours("'subnet': '10.1.0.0/28'");
    assertEquals(Optional.of("10.1.0.2/28"), theirs.add("a"));
    assertEquals("10.1.0.3/28", ours.address("b"));
    assertEquals(Optional.of("10.1.0.4/28"), theirs.add("c"));
    assertEquals("10.1.0.5/28", ours.address("d"));

    ours.check("a", "eth0", "10.1.0.2/28");
    assertTrue(theirs.check("b"));
    Calls.refused(() -> ours.address("a"));
    assertEquals(Optional.empty(), theirs.add("b"));

    ours.del("a", "eth0");
    assertTrue(theirs.del("b"));
    assertFalse(theirs.check("a"));
    assertEquals(
        ErrorCode.CHECK_FAILED.number(), Calls.refused(() -> ours.check("b", "eth0")).code());
    assertEquals(Set.of("10.1.0.4", "10.1.0.5"), leases());
  }

  @Test
  void filesAreTheSameToTheByte() throws Exception {
    String ranges = "'ranges': [[{'subnet': 'fd00:0:0:1::/64'}], [{'subnet': '10.1.0.0/16'}]]";
    theirs(ranges).add("container");
    Path directory = dataDir.resolve("net");
    List<String> names = names(directory);
    List<byte[]> contents = new ArrayList<>();
    for (String name : names) {
      contents.add(Files.readAllBytes(directory.resolve(name)));
      Files.delete(directory.resolve(name));
    }
    ours(ranges).add("container", "eth0");
    assertEquals(names, names(directory));
    assertEquals(
        "rw-------", // as the reference plugin's newer releases have it
        PosixFilePermissions.toString(
            Files.getPosixFilePermissions(directory.resolve("10.1.0.2"))));
    for (int i = 0; i < names.size(); i++) {
      Path file = directory.resolve(names.get(i));
      assertArrayEquals(contents.get(i), Files.readAllBytes(file), names.get(i));
    }
  }

  @Test
  void leasesOfOldReleasesAreReleasedByContainer() throws Exception {
    Calls ours = ours("'subnet': '10.1.0.0/28'");
    Path directory = Files.createDirectories(dataDir.resolve("net"));
    Files.writeString(directory.resolve("10.1.0.9"), "old");
    ours.check("old", "eth7", "10.1.0.9/28");
    Calls.refused(() -> ours.address("old"));
    ours.del("old", "eth7");
    assertEquals(Set.of(), leases());
  }

  @Test
  void anEmptyFileOfTheirsBlocksNoAddress() throws Exception {
    Calls ours = ours("'subnet': '10.1.0.0/29'");
    Path directory = Files.createDirectories(dataDir.resolve("net"));
    for (int i = 2; i <= 6; i++) {
      Files.createFile(directory.resolve("10.1.0." + i));
    }
    assertEquals("10.1.0.2/29", ours.address("a"));
    assertEquals(Set.of("10.1.0.2"), leases());
  }

  @Test
  void hundredsAtOnceNeverGetOneAddressTwice() throws Exception {
    ReferencePlugin theirs = theirs("'subnet': '10.1.0.0/24'");
    Calls ours = ours("'subnet': '10.1.0.0/24'");
    List<Callable<List<String>>> work = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      String container = "c" + i;
      work.add(() -> List.of(theirs.add("their" + container).orElseThrow()));
      work.add(() -> List.of(ours.address("our" + container)));
      if (i % 50 == 0) {
        work.add(() -> OtherProcess.add(dataDir, "process" + container));
      }
    }
    List<String> given = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (Future<List<String>> future : threads.invokeAll(work)) {
        given.addAll(future.get());
      }
    }
    assertEquals(200 + 2 * OtherProcess.ADDS, given.size());
    assertEquals(given.size(), new HashSet<>(given).size());
    assertEquals(given.size(), leases().size());
  }

  /** Another JVM that makes several ADDs. */
  static final class OtherProcess {
    static final int ADDS = 10;

    private OtherProcess() {}

    public static void main(String[] arguments) {
      Calls ours =
          Calls.of(new HostLocalPlugin(), ipam(Path.of(arguments[0]), "'subnet': '10.1.0.0/24'"));
      for (int i = 0; i < ADDS; i++) {
        System.out.println(ours.address(arguments[1] + "-" + i));
      }
    }

    static List<String> add(Path dataDir, String container) throws Exception {
      String classPath =
          System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "--enable-native-access=ALL-UNNAMED",
                  "--sun-misc-unsafe-memory-access=allow",
                  "-cp",
                  classPath,
                  OtherProcess.class.getName(),
                  dataDir.toString(),
                  container)
              .redirectErrorStream(true)
              .start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, process.waitFor(), output);
      return output.lines().toList();
    }
  }

  private Calls ours(String ranges) {
    return Calls.of(new HostLocalPlugin(), ipam(dataDir, ranges));
  }

  private ReferencePlugin theirs(String ranges) {
    return ReferencePlugin.of(ipam(dataDir, ranges));
  }

  private static String ipam(Path dataDir, String ranges) {
    return "'ipam': {'type': 'host-local', 'dataDir': '" + dataDir + "', " + ranges + "}";
  }

  private Set<String> leases() throws IOException {
    Set<String> leases = new HashSet<>(names(dataDir.resolve("net")));
    leases.removeIf(name -> name.equals("lock") || name.startsWith("last_reserved_ip."));
    return leases;
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}

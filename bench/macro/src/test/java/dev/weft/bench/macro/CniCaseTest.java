package dev.weft.bench.macro;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.cni.ConfigReader;
import dev.weft.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What both sides are given to read. */
class CniCaseTest {
  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void leasesLieWhereTheyGoWithTheBenchmark(CniCase configuration) {
    String odd = "/var/tmp/a \"b\" c\\d";
    Json.Obj config = configuration.config(Path.of(odd));
    Optional<ConfigReader> ipam = new ConfigReader(config, "").object("ipam");
    assertEquals(configuration != CniCase.LOOPBACK, ipam.isPresent());
    ipam.ifPresent(found -> assertEquals(Optional.of(odd), found.string("dataDir")));
  }

  @Test
  void eachNetworkHasANameOfItsOwn() {
    Set<String> names = new HashSet<>();
    for (CniCase configuration : CniCase.values()) {
      assertTrue(names.add(configuration.network()), configuration::label);
    }
  }

  @Test
  void hostLocalIsMeasuredOnceForEachNumberOfLeases() {
    CniSettings settings =
        new CniSettings(
            Path.of("/ours"),
            Path.of("/peers"),
            new AgentChoice.None(),
            List.of(CniCase.LOOPBACK, CniCase.HOST_LOCAL),
            List.of(1),
            List.of(1000, 0, 1000),
            new Extent.Rounds(1),
            directory);
    assertEquals(
        List.of("loopback", "host-local, 0 held", "host-local, 1,000 held"),
        settings.workloads().stream().map(Workload::label).toList());
    assertEquals(Set.of("host-local", "loopback"), settings.programs());
  }

  @Test
  void heldLeasesAreFilesAsTheReferenceWritesThem() throws IOException {
    Path network = directory.resolve("net");
    HeldLeases held = new HeldLeases(network);
    held.growTo(0);
    assertFalse(Files.exists(network));
    held.growTo(2);
    held.growTo(300);
    held.growTo(100);
    try (var files = Files.list(network)) {
      assertEquals(301, files.count());
    }
    assertEquals("held-0\r\neth0", Files.readString(network.resolve("10.244.0.2")));
    assertEquals("held-299\r\neth0", Files.readString(network.resolve("10.244.1.45")));
    assertEquals("10.244.1.45", Files.readString(network.resolve("last_reserved_ip.0")));
  }
}

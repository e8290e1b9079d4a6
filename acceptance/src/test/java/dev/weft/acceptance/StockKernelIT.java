package dev.weft.acceptance;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What needs a kernel with all modules: run under a stock Debian kernel, since the one that runs
 * the tests may lack them.
 */
class StockKernelIT {
  private static final Path LAB = Path.of(System.getProperty("weft.lab"));

  /** One boot for all cases: each line that the script prints is one test. */
  @TestFactory
  List<DynamicTest> vlans() {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/linux.uml")),
        "skipped: needs a stock kernel (package user-mode-linux)");
    assumeFalse(
        hasMatrixRegisters(),
        "skipped: user-mode Linux 6.1 cannot run on a processor with AMX: it restores fewer"
            + " registers than the kernel takes, and its first process dies");
    Command.Outcome outcome =
        Command.run(
            List.of(
                LAB.resolve("stock-kernel").toString(),
                "--timeout",
                "220",
                "--",
                LAB.resolve("vlan-cases").toString(),
                Executables.UNDER_TEST.toString()),
            Map.of(),
            new byte[0]);
    List<String> cases = outcome.stdout().lines().filter(line -> line.contains("ok - ")).toList();
    assertFalse(cases.isEmpty(), outcome::toString);
    return cases.stream()
        .map(
            line ->
                DynamicTest.dynamicTest(
                    line.substring(line.indexOf("ok - ") + 5).replaceAll(":.*", ""),
                    () -> assertTrue(line.startsWith("ok - "), () -> line + outcome.stderr())))
        .toList();
  }

  private static boolean hasMatrixRegisters() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines.anyMatch(line -> line.startsWith("flags") && line.contains(" amx_tile"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aKernelWithoutVlanFilteringRefusesVlansAndChangesNothing() {
    try (Node node = Node.create()) {
      assumeTrue(
          node.run("ip", "link", "add", "probe", "type", "bridge", "vlan_filtering", "1").exitCode()
              != 0,
          "skipped: this kernel has bridge VLAN filtering");
      PluginCall call =
          PluginCall.of(
                  node,
                  "bridge",
                  """
                  {"cniVersion":"1.1.0","name":"net","type":"bridge","bridge":"br0","vlan":100}""")
              .container("a")
              .pod(node.addPod());
      String message = call.fails("ADD").path("msg").asText();
      assertTrue(message.contains("vlan"), message);
      if (node.run("ip", "link", "show", "br0").exitCode() == 0) {
        fail("the bridge was made all the same");
      }
      assertTrue(node.veths().isEmpty());
      call.succeeds("DEL");
    }
  }
}

package dev.weft.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.opentest4j.TestAbortedException;

/**
 * What needs a kernel with all modules: run under a stock Debian kernel, since the one that runs
 * the tests may lack them.
 */
class StockKernelIT {
  private static final Path LAB = Path.of(System.getProperty("weft.lab"));

  private static final List<String> TUNNELS =
      List.of(
          "gre key 7", "gretap key 7", "erspan key 7 seq erspan_ver 1", "vxlan id 7 dstport 4789");

  private static final List<String> TRANSLATIONS =
      List.of(
          """
          nft add table inet weft
          nft add chain inet weft nat-in '{ type nat hook prerouting priority -100; }'
          nft add rule inet weft nat-in ip daddr 203.0.113.1 dnat ip to 192.0.2.2""",
          "iptables-nft -t nat -A PREROUTING -d 203.0.113.1 -j DNAT --to-destination 192.0.2.2",
          "iptables-legacy -t nat -A PREROUTING -d 203.0.113.1 -j DNAT --to-destination 192.0.2.2");

  /** One boot for all cases: each line that the script prints is one test. */
  @TestFactory
  List<DynamicTest> vlans() {
    return orSkipped(StockKernelIT::vlanCases);
  }

  private static List<DynamicTest> vlanCases() {
    try (StockKernel machine = StockKernel.boot()) {
      Command.Outcome outcome =
          machine.run(LAB.resolve("vlan-cases").toString(), Executables.UNDER_TEST.toString());
      String end = outcome.stderr() + "\nthe console:\n" + machine.console();
      List<String> cases = outcome.stdout().lines().filter(line -> line.contains("ok - ")).toList();
      assertFalse(cases.isEmpty(), outcome + end);
      assertEquals(0, outcome.exitCode(), outcome + end);
      return cases.stream()
          .map(
              line ->
                  DynamicTest.dynamicTest(
                      line.substring(line.indexOf("ok - ") + 5).replaceAll(":.*", ""),
                      () -> assertTrue(line.startsWith("ok - "), () -> line + "\n" + end)))
          .toList();
    }
  }

  /**
   * What other tests may build on: each case is a way from one machine to the other. Nothing is
   * left of them.
   */
  @TestFactory
  List<DynamicTest> machines() {
    return orSkipped(StockKernelIT::machineCases);
  }

  private static List<DynamicTest> machineCases() {
    Map<String, Command.Outcome> cases = new LinkedHashMap<>();
    Path shared;
    try (Node node = Node.create()) {
      try (StockKernel one = StockKernel.boot(node, "one");
          StockKernel two = StockKernel.boot(node, "two")) {
        assertEquals(
            new Command.Outcome(7, "out\n", "err\n"),
            one.script("echo out; echo err >&2; touch /usr/bin/weft-was-here; exit 7"));
        shared = one.shared();
        one.run("touch", shared + "/it's here").succeeded();
        assertTrue(Files.exists(shared.resolve("it's here")));
        connect(node, one, two);
        cases.put("a machine reaches the other", one.script(ping("192.0.2.2")));
        cases.put("a machine reaches the node", one.script(ping("192.0.2.9")));
        cases.put("the node reaches a machine", node.run("sh", "-c", ping("192.0.2.1")));
        for (String kind : TUNNELS) {
          cases.put("through " + kind, throughTunnel(one, two, kind));
        }
        one.run("ip", "route", "add", "203.0.113.0/24", "via", "192.0.2.2").succeeded();
        for (String rules : TRANSLATIONS) {
          cases.put("translated by " + rules, translated(one, two, rules));
        }
      }
      assertNotEquals(0, node.run("ip", "link", "show", "one").exitCode(), "the link is left");
      assertFalse(Files.exists(shared.getParent()), "its directory is left");
      assertFalse(Files.exists(Path.of("/usr/bin/weft-was-here")), "it wrote to the host's files");
    }
    return cases.entrySet().stream()
        .map(
            each ->
                DynamicTest.dynamicTest(
                    each.getKey(),
                    () -> assertEquals(0, each.getValue().exitCode(), each.getValue()::toString)))
        .toList();
  }

  /** A factory that is skipped would be missing from the reports: they count tests. */
  private static List<DynamicTest> orSkipped(Supplier<List<DynamicTest>> factory) {
    try {
      return factory.get();
    } catch (TestAbortedException e) {
      return List.of(
          DynamicTest.dynamicTest(
              "skipped",
              () -> {
                throw e;
              }));
    }
  }

  /** Both machines, .1 and .2, are ports of a bridge, and the node has .9 there. */
  private static void connect(Node node, StockKernel one, StockKernel two) {
    node.run("ip", "link", "add", "br0", "type", "bridge").succeeded();
    node.run("ip", "address", "add", "192.0.2.9/24", "dev", "br0").succeeded();
    node.run("ip", "link", "set", "br0", "up").succeeded();
    for (String link : List.of("one", "two")) {
      node.run("ip", "link", "set", link, "master", "br0", "up").succeeded();
    }
    String up = "ip address add 192.0.2.%d/24 dev eth0 && ip link set eth0 up";
    one.script(up.formatted(1)).succeeded();
    two.script(up.formatted(2)).succeeded();
  }

  private static Command.Outcome throughTunnel(StockKernel one, StockKernel two, String kind) {
    String up =
        "ip link add tunnel type %s local 192.0.2.%d remote 192.0.2.%d"
            + " && ip address add 198.51.100.%d/24 dev tunnel && ip link set tunnel up";
    one.script(up.formatted(kind, 1, 2, 1)).succeeded();
    two.script(up.formatted(kind, 2, 1, 2)).succeeded();
    Command.Outcome outcome = one.script(ping("198.51.100.2"));
    one.run("ip", "link", "delete", "tunnel").succeeded();
    two.run("ip", "link", "delete", "tunnel").succeeded();
    return outcome;
  }

  /** The second machine has rules for an address that is nobody's. */
  private static Command.Outcome translated(StockKernel one, StockKernel two, String rules) {
    two.script("set -e\n" + rules).succeeded();
    Command.Outcome outcome = one.script(ping("203.0.113.1"));
    two.script("nft flush ruleset; iptables-legacy -t nat -F").succeeded();
    assertNotEquals(
        0,
        one.run("busybox", "ping", "-c", "1", "-W", "1", "203.0.113.1").exitCode(),
        "translated without rules");
    return outcome;
  }

  private static String ping(String address) {
    return "busybox ping -c 1 -W 10 " + address;
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

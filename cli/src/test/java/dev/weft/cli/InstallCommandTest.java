package dev.weft.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.install.Network;
import dev.weft.json.JsonText;
import dev.weft.net.IpPrefix;
import dev.weft.runtime.NetworkList;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code weft install} and {@code uninstall} refuse before they touch anything. */
class InstallCommandTest {
  @TempDir private Path root;

  private record Outcome(int exitCode, String out, String err) {}

  private Outcome weft(String command, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] all = new String[arguments.length + 2];
    all[0] = command;
    all[1] = "--root=" + root;
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    int exitCode = Weft.run(new PrintWriter(out, true), new PrintWriter(err, true), all);
    return new Outcome(exitCode, out.toString(), err.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--subnet=10.1.0.1/16              | should be 10.1.0.0/16",
        "--subnet=ten                      | as in 10.87.0.0/16",
        "--subnet=10.1.0.0/16 --network=f  | which --network replaces",
        "--subnet=10.1.0.0/16 --subnet=10.2.0.0/16 | second of its family"
      })
  void wrongArgumentsAreExplained(String arguments, String explanation) {
    Outcome outcome = weft("install", arguments.split(" "));
    assertEquals(2, outcome.exitCode());
    assertTrue(outcome.err().contains(explanation), outcome::err);
    assertFalse(Files.exists(root.resolve("opt")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"name\":\"blue\"} | plugins",
        "{\"name\":\"blue\",\"plugins\":[{\"bridge\":\"br0\"}]} | type",
        "{ | breaks off"
      })
  void aNetworkThatNoRuntimeCouldReadIsRefused(String content, String explanation)
      throws IOException {
    Path file = Files.writeString(root.resolve("blue.conflist"), content);
    Outcome outcome = weft("install", "--network=" + file);
    assertEquals(1, outcome.exitCode());
    assertTrue(
        outcome.err().contains(file.toString()) && outcome.err().contains(explanation),
        outcome::err);
    assertFalse(Files.exists(root.resolve("opt")));
  }

  @Test
  void onlyADistributionCanInstallItself() {
    Outcome outcome = weft("install");
    assertEquals(1, outcome.exitCode());
    assertEquals("", outcome.out());
    assertTrue(outcome.err().startsWith("weft: this weft does not run from a distribution"));
  }

  @Test
  void uninstallOfNothingSaysSo() {
    assertEquals(new Outcome(0, "nothing to do\n", ""), weft("uninstall"));
  }

  @Test
  void ourNetworkIsOneThatRuntimesCanRead() {
    Network network =
        Network.ofSubnets(List.of(IpPrefix.of("10.1.0.0/16"), IpPrefix.of("fd00::/64")));
    NetworkList list =
        NetworkList.of(JsonText.readObject(network.content().getBytes(UTF_8), "ours"), "ours");
    assertEquals("weft", list.name());
    assertEquals(List.of("bridge"), list.plugins().stream().map(NetworkList::type).toList());
    assertEquals(
        "{\"type\":\"host-local\",\"ranges\":[[{\"subnet\":\"10.1.0.0/16\"}],"
            + "[{\"subnet\":\"fd00::/64\"}]]}",
        JsonText.write(list.plugins().getFirst().find("ipam").orElseThrow()));
  }
}

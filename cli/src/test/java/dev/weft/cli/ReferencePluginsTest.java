package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.cni.CniVersion;
import dev.weft.cni.Result;
import dev.weft.cni.ResultFormat;
import dev.weft.json.Json;
import dev.weft.json.JsonText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Drives the reference plugins as installed programs, between two namespaces of the test: one plays
 * the node, one the pod.
 */
class ReferencePluginsTest {
  private static final Path PROGRAMS = Path.of("/usr/lib/cni");
  private static final String NODE = "weft-cli-" + ProcessHandle.current().pid() + "-node";
  private static final String POD = "weft-cli-" + ProcessHandle.current().pid() + "-pod";

  private record Outcome(int exitCode, String out, String err) {}

  @TempDir Path directory;

  @BeforeEach
  void makeNamespacesAndNetwork() throws Exception {
    assumeTrue(
        Files.isExecutable(PROGRAMS.resolve("bridge")),
        "the reference plugins are not installed in " + PROGRAMS);
    assumeTrue(
        ProcessHandle.current().info().user().equals(Optional.of("root")),
        "only root can make network namespaces");
    assertEquals("", run("ip", "netns", "add", NODE).err());
    assertEquals("", run("ip", "netns", "add", POD).err());
    network("{\"type\": \"portmap\", \"capabilities\": {\"portMappings\": true}}");
  }

  @AfterEach
  void removeNamespaces() throws Exception {
    run("ip", "netns", "delete", POD);
    run("ip", "netns", "delete", NODE);
  }

  @Test
  void chainIsAttachedCheckedAndDetachedWithoutATrace() throws Exception {
    // Not portmap: its CHECK wants IPv6 chains for a pod that has no IPv6.
    network("{\"type\": \"tuning\"}");
    Outcome attached = weft("attach", "blue", POD);
    assertEquals(0, attached.exitCode(), attached::err);
    Result result =
        ResultFormat.read(
            JsonText.readObject(attached.out().getBytes(StandardCharsets.UTF_8), "the result"),
            "the result",
            CniVersion.V0_1_0);
    assertEquals("10.177.0.2/24", result.ips().getFirst().address().toString());
    assertEquals(
        "/run/netns/" + POD,
        result.interfaces().get(result.ips().getFirst().interfaceIndex().orElseThrow()).sandbox());
    assertTrue(links(POD).contains("eth0"), links(POD));
    assertEquals(new Outcome(0, "", ""), weft("check", "blue", POD));

    Outcome detached = weft("detach", "blue", POD);
    assertEquals(new Outcome(0, "", ""), detached);
    assertFalse(links(POD).contains("eth0"), links(POD));
    assertEquals(List.of(), files("cache/results"));
    assertFalse(files("leases/blue").contains("10.177.0.2"));
    assertEquals(new Outcome(0, "", ""), weft("detach", "blue", POD));
  }

  @Test
  void cacheIsReadAsTheReferenceDocumentsIt() throws Exception {
    weft("attach", "blue", POD, "--container-id", "c1", "--port-map", "8080:80");
    Json.Obj cached =
        JsonText.readObject(
            Files.readAllBytes(directory.resolve("cache/results/blue-c1-eth0")), "the cache");
    assertEquals(
        List.of(
            "kind",
            "containerId",
            "config",
            "ifName",
            "networkName",
            "netns",
            "capabilityArgs",
            "result"),
        List.copyOf(cached.fields().keySet()));
    assertEquals(0, weft("detach", "blue", POD, "--container-id", "c1").exitCode());
  }

  @Test
  void namespaceThatIsGoneIsDetachedAll() throws Exception {
    weft("attach", "blue", POD);
    run("ip", "netns", "delete", POD);
    assertEquals(new Outcome(0, "", ""), weft("detach", "blue", POD));
    assertFalse(files("leases/blue").contains("10.177.0.2"));
    assertEquals(List.of(), files("cache/results"));
  }

  @Test
  void chainThatFailsInTheMiddleLeavesNothing() throws Exception {
    network("{\"type\": \"tuning\", \"sysctl\": {\"net.no.such\": \"1\"}}");
    Outcome outcome = weft("attach", "blue", POD);
    assertEquals(1, outcome.exitCode());
    assertTrue(outcome.err().startsWith("weft: plugin tuning failed ADD: "), outcome::err);
    assertFalse(links(POD).contains("eth0"), links(POD));
    assertFalse(files("leases/blue").contains("10.177.0.2"));
    assertFalse(Files.exists(directory.resolve("cache/results")));
  }

  @Test
  void versionsAreThoseThatThePluginsSpeak() throws Exception {
    Outcome outcome = weft("version", "blue");
    assertEquals(0, outcome.exitCode(), outcome::err);
    assertTrue(outcome.out().startsWith("bridge: 0.1.0, 0.2.0, 0.3.0, "), outcome::out);
  }

  private void network(String second) throws IOException {
    Files.writeString(
        directory.resolve("blue.conflist"),
        """
        {"cniVersion": "1.0.0", "name": "blue", "plugins": [
          {"type": "bridge", "bridge": "blue0", "isGateway": true,
           "ipam": {"type": "host-local", "dataDir": "%s",
                    "ranges": [[{"subnet": "10.177.0.0/24"}]]}},
          %s]}
        """
            .formatted(directory.resolve("leases"), second));
  }

  /** Runs {@code weft} as a program inside the node's namespace. */
  private Outcome weft(String... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "ip",
                "netns",
                "exec",
                NODE,
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.weft.cli.Weft"));
    command.addAll(Arrays.asList(arguments));
    command.add("--conf-dir=" + directory);
    command.add("--bin-dir=" + PROGRAMS);
    command.add("--cache-dir=" + directory.resolve("cache"));
    return run(command.toArray(String[]::new));
  }

  private String links(String namespace) throws IOException, InterruptedException {
    return run("ip", "-n", namespace, "-o", "link").out();
  }

  private List<String> files(String name) throws IOException {
    try (var files = Files.list(directory.resolve(name))) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private Outcome run(String... command) throws IOException, InterruptedException {
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    int exitCode =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start()
            .waitFor();
    return new Outcome(exitCode, Files.readString(out), Files.readString(err));
  }
}

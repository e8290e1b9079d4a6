package dev.weft.acceptance;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the specification asks of every plugin alike, seen on the executables. */
class ProtocolIT extends BothWays {
  private static final List<String> VERSIONS =
      List.of("0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0");

  private PluginCall hostLocal() {
    return PluginCall.of(
            node,
            "host-local",
            """
            {"cniVersion":"1.1.0","name":"protocol","type":"host-local",
             "ipam":{"type":"host-local","dataDir":"%s","ranges":[[{"subnet":"10.8.0.0/24"}]]}}"""
                .formatted(node.data()))
        .container("one");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bridge", "host-local", "loopback", "static"})
  void withoutACommandAPluginSaysWhatItIs(String plugin) {
    Command.Outcome outcome =
        node.run(List.of(node.plugin(plugin).toString()), Map.of("WEFT_AGENT", node.agent()), "");
    assertAll(
        () -> assertEquals(0, outcome.exitCode()),
        () -> assertEquals("", outcome.stdout()),
        () -> assertTrue(outcome.stderr().contains(plugin), outcome.stderr()),
        () -> assertTrue(outcome.stderr().contains("1.1.0"), outcome.stderr()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bridge", "host-local", "loopback", "static"})
  void versionNamesEveryVersion(String plugin) {
    JsonNode answer =
        PluginCall.json(PluginCall.of(node, plugin, "{}").run("VERSION").succeeded().stdout());
    assertEquals(
        VERSIONS,
        PluginCall.JSON.convertValue(answer.path("supportedVersions"), List.class),
        answer.toString());
  }

  @Test
  void versionDoesNotWaitForInput() throws Exception {
    ProcessBuilder builder = new ProcessBuilder(node.plugin("bridge").toString());
    builder.environment().put("WEFT_AGENT", node.agent());
    builder.environment().put("CNI_COMMAND", "VERSION");
    Process process = builder.start();
    try {
      assertTrue(process.waitFor(30, TimeUnit.SECONDS), "still waits, with its input left open");
      String stdout = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(PluginCall.json(stdout).has("supportedVersions"), stdout);
    } finally {
      process.destroyForcibly();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ADD,   'CNI_CONTAINERID, CNI_NETNS, CNI_IFNAME'",
    "CHECK, 'CNI_CONTAINERID, CNI_NETNS, CNI_IFNAME'",
    "DEL,   'CNI_CONTAINERID, CNI_IFNAME'",
    "GC,    CNI_PATH"
  })
  void everyVariableThatIsMissingIsNamedAtOnce(String verb, String variables) {
    PluginCall call = hostLocal();
    for (String variable : List.of("CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_PATH")) {
      call = call.without(variable);
    }
    JsonNode error = call.fails(verb);
    assertEquals(4, error.path("code").asInt());
    assertTrue(error.path("msg").asText().endsWith(variables), error.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"add", "UPDATE", "ADD ", "../ADD"})
  void anUnknownVerbIsCode4(String verb) {
    JsonNode error = hostLocal().fails(verb);
    assertEquals(4, error.path("code").asInt());
    assertTrue(error.path("msg").asText().contains("CNI_COMMAND"), error.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"})
  void aResultHasTheVersionAndTheFormThatWereAskedFor(String version) {
    PluginCall call = hostLocal().set("cniVersion", '"' + version + '"').pod(node.addPod());
    JsonNode result = call.add();
    assertEquals(version, result.path("cniVersion").asText());
    assertEquals(
        "10.8.0.2/24",
        VERSIONS.indexOf(version) < 2
            ? result.at("/ip4/ip").asText()
            : result.at("/ips/0/address").asText(),
        result.toString());
    call.succeeds("DEL");
  }

  @Test
  void anErrorHasTheVersionThatWasAskedFor() {
    JsonNode error =
        hostLocal()
            .set("cniVersion", "\"0.4.0\"")
            .set("ipam", "{\"type\":\"host-local\"}")
            .pod(node.addPod())
            .fails("ADD");
    assertEquals("0.4.0", error.path("cniVersion").asText());
    assertEquals(7, error.path("code").asInt());
  }

  @Test
  void verbsThatAnOldVersionDoesNotHaveAreCode1() {
    PluginCall call = hostLocal().pod(node.addPod());
    assertEquals(
        1, call.set("cniVersion", "\"0.3.1\"").fails("CHECK").path("code").asInt(), "CHECK");
    assertEquals(1, call.set("cniVersion", "\"1.0.0\"").fails("GC").path("code").asInt(), "GC");
    assertEquals(
        1, call.set("cniVersion", "\"1.0.0\"").fails("STATUS").path("code").asInt(), "STATUS");
  }

  @Test
  void whatSucceedsWithoutAResultPrintsNothing() {
    PluginCall call = hostLocal().pod(node.addPod());
    JsonNode result = call.add();
    call.set("prevResult", result.toString()).succeeds("CHECK");
    call.succeeds("STATUS");
    call.set("cni.dev/valid-attachments", "[{\"containerID\":\"one\",\"ifname\":\"eth0\"}]")
        .succeeds("GC");
    assertEquals(List.of("10.8.0.2"), node.leases("protocol"));
    call.succeeds("DEL");
    call.succeeds("DEL");
    assertEquals(List.of(), node.leases("protocol"));
  }

  @Test
  void keysMatchWithoutRegardToCase() {
    JsonNode result =
        hostLocal()
            .config(
                """
                {"CNIVersion":"1.0.0","Name":"protocol","TYPE":"host-local","IPAM":
                 {"Type":"host-local","DATADIR":"%s","Ranges":[[{"SubNet":"10.8.7.0/24"}]]}}"""
                    .formatted(node.data()))
            .pod(node.addPod())
            .add();
    assertEquals("10.8.7.2/24", result.at("/ips/0/address").asText());
  }

  @Test
  void argumentsOfOthersAreRefusedUnlessTheyAreToBeIgnored() {
    PluginCall call = hostLocal().pod(node.addPod());
    JsonNode error = call.with("CNI_ARGS", "K8S_POD_NAME=web").fails("ADD");
    assertTrue(error.path("msg").asText().contains("K8S_POD_NAME"), error.toString());
    call.with("CNI_ARGS", "IgnoreUnknown=1;K8S_POD_NAME=web").add();
  }
}

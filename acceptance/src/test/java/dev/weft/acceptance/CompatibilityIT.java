package dev.weft.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What works with the reference plugins, and what they made, is in good hands with ours. */
class CompatibilityIT extends BothWays {
  private PluginCall bridge() {
    return PluginCall.of(
            node,
            "bridge",
            """
            {"cniVersion":"1.0.0","name":"net","type":"bridge","bridge":"br0","isGateway":true,
             "ipam":{"type":"host-local","dataDir":"%s","ranges":[[{"subnet":"10.8.0.0/24"}]]}}"""
                .formatted(node.data()))
        .container("one");
  }

  /** As the documentation of host-local shows it, and as tools call it that want only addresses. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          host-local | {"type":"host-local","dataDir":"%s","subnet":"10.8.0.0/24"} | 10.8.0.2/24
          static     | {"type":"static","addresses":[{"address":"10.8.0.9/24"}]}   | 10.8.0.9/24
          """)
  void anAddressCanBeHadWithoutANamespace(String type, String ipam, String address) {
    PluginCall call =
        bridge()
            .program(node.plugin(type))
            .set("ipam", ipam.formatted(node.data()))
            .pod(Path.of("/dev/null"));
    JsonNode result = call.add();
    assertEquals(address, result.at("/ips/0/address").asText(), result.toString());
    call.set("prevResult", result.toString()).succeeds("CHECK");
    call.succeeds("DEL");
    assertEquals(List.of(), node.leases("net"));
  }

  @Test
  void aWorkingDirectoryThatWasDeletedDoesNoHarm() {
    List<String> fromDeleted =
        List.of("sh", "-c", "d=$(mktemp -d) && cd $d && rmdir $d && exec \"$0\"");
    PluginCall call = bridge().pod(node.addPod());
    Command.Outcome outcome = call.runBy(fromDeleted, "ADD").succeeded();
    assertEquals("10.8.0.2/24", PluginCall.json(outcome.stdout()).at("/ips/0/address").asText());
    assertEquals("", call.runBy(fromDeleted, "DEL").succeeded().stdout());
    assertEquals(List.of(), node.veths());
  }

  /** As after a node's plugins were replaced under the pods that run on it. */
  @Test
  void whatTheReferenceAttachedPassesCheckAndGoes() {
    PluginCall ours = bridge().set("ipMasq", "true").set("macspoofchk", "true").pod(node.addPod());
    JsonNode result =
        ours.program(Executables.peers().resolve("bridge"))
            .with("CNI_PATH", Executables.peers().toString())
            .add();
    PluginCall later = ours.set("prevResult", result.toString());
    later.succeeds("CHECK");
    later.succeeds("DEL");
    assertFalse(node.rules().contains("one"), node::rules);
    assertFalse(node.rules().contains("CNI-"), node::rules);
    assertEquals(List.of(), node.leases("net"));
    assertEquals(List.of(), node.veths());
  }

  @Test
  void delTakesAwayTheSpoofCheckOfTheReference() {
    String theirs = Executables.peers().toString();
    PluginCall ours = bridge().set("macspoofchk", "true").pod(node.addPod());
    PluginCall reference =
        ours.program(Executables.peers().resolve("bridge")).with("CNI_PATH", theirs);
    reference.add();
    reference.container("other").pod(node.addPod()).add();
    assertTrue(node.rules().contains("cni-br-iface-one-eth0-mac"), node::rules);
    ours.succeeds("DEL");
    assertFalse(node.rules().contains("one-eth0"), node::rules);
    assertTrue(node.rules().contains("macspoofchk-other-eth0"), node::rules);
    ours.succeeds("DEL");
  }

  @Test
  void aBridgeMayHaveAnyNameThatTheKernelTakes() {
    PluginCall call = bridge().set("bridge", "\"brücke\"").pod(node.addPod());
    assertEquals("brücke", call.add().at("/interfaces/0/name").asText());
    call.succeeds("DEL");
  }

  /** Of no use to the pod, but what the reference does with such a configuration. */
  @Test
  void anAddressMayBeItsOwnGateway() {
    PluginCall call =
        bridge()
            .set("isDefaultGateway", "true")
            .set(
                "ipam",
                """
                {"type":"static","addresses":[{"address":"10.8.0.1/24","gateway":"10.8.0.1"}]}""")
            .pod(node.addPod());
    JsonNode result = call.add();
    assertEquals("10.8.0.1/24", result.at("/ips/0/address").asText(), result.toString());
    assertEquals("10.8.0.1", result.at("/ips/0/gateway").asText(), result.toString());
    call.set("prevResult", result.toString()).succeeds("CHECK");
    call.succeeds("DEL");
    assertEquals(List.of(), node.veths());
  }

  /** As after an update of the configuration that the running containers did not see. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"cniVersion\":\"0.2.0\",\"ip4\":{\"ip\":\"10.8.0.2/24\"}}",
        "{\"cniVersion\":\"9.0.0\"}",
        "{\"cniVersion\":\"1.0.0\",\"ips\":[{\"address\":\"10.8.0.2\"}]}"
      })
  void delNeedsNoPreviousResultThatItCanRead(String previous) {
    PluginCall call = bridge().pod(node.addPod());
    call.add();
    call.set("prevResult", previous).succeeds("DEL");
    assertEquals(List.of(), node.leases("net"));
    assertEquals(List.of(), node.veths());
  }

  @Test
  void aPodThatChoosesItsOwnAddressesLooksForDuplicates() {
    Path pod = node.addPod();
    bridge().set("isGateway", "false").set("ipam", "{}").pod(pod).add();
    assertEquals("1\n", node.runIn(pod, "cat", "/proc/sys/net/ipv6/conf/eth0/accept_dad").stdout());
  }
}

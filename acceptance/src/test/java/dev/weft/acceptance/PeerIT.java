package dev.weft.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The reference plugins and ours call each other and share what lies on disk. */
class PeerIT extends BothWays {
  private PluginCall bridge(Path program, Path delegates) {
    return PluginCall.of(
            node,
            "bridge",
            """
            {"cniVersion":"1.0.0","name":"peers","type":"bridge","bridge":"br0","isGateway":true,
             "ipam":{"type":"host-local","dataDir":"%s","ranges":[[{"subnet":"10.8.0.0/24"}]]}}"""
                .formatted(node.data()))
        .program(program)
        .with("CNI_PATH", delegates.toString());
  }

  private PluginCall theirs() {
    return bridge(Executables.peers().resolve("bridge"), node.bin());
  }

  private PluginCall ours() {
    return bridge(node.plugin("bridge"), Executables.peers());
  }

  @Test
  void theirBridgeTakesItsAddressesFromOurHostLocal() {
    addsAndDeletes(theirs());
  }

  @Test
  void ourBridgeTakesItsAddressesFromTheirHostLocal() {
    addsAndDeletes(ours());
  }

  private void addsAndDeletes(PluginCall bridge) {
    Path pod = node.addPod();
    PluginCall call = bridge.container("one").pod(pod);
    JsonNode result = call.add();
    assertEquals("10.8.0.2/24", result.at("/ips/0/address").asText(), result.toString());
    assertEquals(2, result.at("/ips/0/interface").asInt());
    assertTrue(
        node.runIn(pod, "ip", "-4", "addr", "show", "eth0").stdout().contains("10.8.0.2/24"));
    call.set("prevResult", result.toString()).succeeds("CHECK");
    call.succeeds("DEL");
    assertEquals(List.of(), node.leases("peers"));
    assertEquals(List.of(), node.veths());
  }

  @Test
  void anErrorOfTheirHostLocalIsPassedOnAndNothingStays() {
    String ipam =
        """
        {"type":"host-local","dataDir":"%s","ranges":[[{"subnet":"10.8.0.0/24",
         "rangeStart":"10.8.0.9","rangeEnd":"10.8.0.9"}]]}"""
            .formatted(node.data());
    PluginCall call = ours().set("ipam", ipam);
    call.container("one").pod(node.addPod()).add();
    JsonNode error = call.container("two").pod(node.addPod()).fails("ADD");
    assertTrue(error.path("msg").asText().contains("no IP addresses available"), error.toString());
    assertEquals(List.of("10.8.0.9"), node.leases("peers"));
    assertEquals(1, node.veths().size());
  }

  @Test
  void leasesOfOneAreKnownToTheOther() {
    PluginCall first = theirs().with("CNI_PATH", Executables.peers().toString()).container("one");
    first.pod(node.addPod()).add();
    PluginCall second = ours().with("CNI_PATH", node.bin().toString()).container("two");
    JsonNode result = second.pod(node.addPod()).add();
    assertEquals("10.8.0.3/24", result.at("/ips/0/address").asText(), result.toString());
    second.with("CNI_CONTAINERID", "one").without("CNI_NETNS").succeeds("DEL");
    assertEquals(List.of("10.8.0.3"), node.leases("peers"));
  }
}

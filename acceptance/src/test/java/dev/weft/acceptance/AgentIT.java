package dev.weft.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An agent serves the calls that launchers bring, starts and ends as it should. */
class AgentIT extends OnNode {

  @Test
  void servesCallsUntilItIsToldToEnd() {
    try (AgentProcess agent = AgentProcess.start()) {
      PluginCall call = bridge().by(agent).container("one").pod(node.addPod());
      assertEquals("10.8.0.2/24", call.add().at("/ips/0/address").asText());
      assertEquals(1, node.veths().size());
      call.succeeds("DEL");
      assertEquals(List.of(), node.leases("net"));
      assertEquals(List.of(), node.veths());

      assertEquals(0, agent.terminate(), agent::log);
      assertFalse(Files.exists(agent.socket()));
    }
  }

  private PluginCall bridge() {
    return PluginCall.of(
        node,
        "bridge",
        """
        {"cniVersion":"1.1.0","name":"net","type":"bridge","bridge":"br0","isGateway":true,
         "ipam":{"type":"host-local","dataDir":"%s","ranges":[[{"subnet":"10.8.0.0/24"}]]}}"""
            .formatted(node.data()));
  }
}

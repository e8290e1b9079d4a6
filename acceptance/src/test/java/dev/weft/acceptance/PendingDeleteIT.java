package dev.weft.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A DEL that cannot be carried out now is carried out later, and what an agent that was killed had
 * begun is undone by the next: nobody else has to ask for it.
 *
 * <p>The calls come from processes that see the network and the files that the agent sees, as those
 * of a runtime on the node do.
 */
class PendingDeleteIT extends OnNode {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private AgentProcess agent;

  @BeforeEach
  void startAgent() {
    agent = AgentProcess.startOn(node);
  }

  @AfterEach
  void stopAgent() {
    if (agent != null) {
      agent.close();
    }
  }

  @Test
  void aDelThatFailsForNowIsQueuedAndCarriedOutByTheAgent() throws Exception {
    PluginCall call = attached("one");
    node.breakLeases("net");
    Command.Outcome queued = call.runBesideAgent("DEL").succeeded();
    assertEquals("", queued.stdout());
    assertTrue(
        queued.stderr().startsWith("weft: the DEL of container one eth0 by plugin bridge failed"),
        queued::stderr);
    assertEquals(1, pending().size());
    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(pending().getFirst())));

    node.mendLeases("net");
    assertEquals(List.of("10.8.0.2"), node.leases("net"));
    awaitNothingIsLeft();
  }

  @Test
  void aQueuedDelOutlivesTheAgent() throws Exception {
    PluginCall call = attached("one");
    node.breakLeases("net");
    call.runBesideAgent("DEL").succeeded();
    agent.kill();
    node.mendLeases("net");
    agent.restart();
    awaitNothingIsLeft();
  }

  @Test
  void anAddIsPutOffUntilTheDelBeforeItIsDone() throws Exception {
    PluginCall call = attached("one");
    node.breakLeases("net");
    call.runBesideAgent("DEL").succeeded();
    Command.Outcome refused = call.runBesideAgent("ADD");
    assertEquals(1, refused.exitCode());
    assertEquals(11, PluginCall.json(refused.stdout()).path("code").asInt(), refused::stdout);

    node.mendLeases("net");
    JsonNode result = PluginCall.json(call.runBesideAgent("ADD").succeeded().stdout());
    String address = result.at("/ips/0/address").asText().replaceFirst("/.*", "");
    assertEquals(List.of(address), node.leases("net"));
    assertEquals(List.of(), pending());
    call.runBesideAgent("DEL").succeeded();
    awaitNothingIsLeft();
  }

  @Test
  void aDelWithoutTheAgentSettlesWhatItOwes() throws Exception {
    PluginCall call = attached("one");
    node.breakLeases("net");
    call.runBesideAgent("DEL").succeeded();
    agent.kill();
    Command.Outcome refused = call.runBesideAgent("DEL");
    assertEquals(5, PluginCall.json(refused.stdout()).path("code").asInt(), refused::stdout);
    assertEquals(1, pending().size());

    node.mendLeases("net");
    call.runBesideAgent("DEL").succeeded();
    awaitNothingIsLeft();
  }

  @Test
  void whatAKilledAgentHadBegunIsUndoneByTheNext() throws Exception {
    killAgentAmidAdd(call("one", "hanging").pod(node.addPod()));
    assertEquals(List.of("10.8.0.2"), node.leases("net"));
    assertEquals(1, node.veths().size());
    assertEquals(1, begun().size());

    agent.restart();
    awaitNothingIsLeft();
  }

  @Test
  void anAddThatSucceededMeanwhileStays() throws Exception {
    PluginCall call = call("one", "hanging").pod(node.addPod());
    killAgentAmidAdd(call);
    // Without an agent, and now that its IPAM plugin does not hang any more.
    Files.delete(node.data().resolve("hang"));
    JsonNode result = PluginCall.json(call.runBesideAgent("ADD").succeeded().stdout());
    String address = result.at("/ips/0/address").asText().replaceFirst("/.*", "");
    assertEquals(List.of(), begun());

    agent.restart();
    PluginCall other = attached("two");
    other.runBesideAgent("DEL").succeeded();
    assertEquals(List.of(address), node.leases("net"));
    assertEquals(1, node.veths().size());
    call.runBesideAgent("DEL").succeeded();
    awaitNothingIsLeft();
  }

  /** A container that has been attached by the agent. */
  private PluginCall attached(String container) {
    PluginCall call = call(container, "host-local").pod(node.addPod());
    call.runBesideAgent("ADD").succeeded();
    return call;
  }

  private PluginCall call(String container, String ipam) {
    return PluginCall.of(
            node,
            "bridge",
            """
            {"cniVersion":"1.1.0","name":"net","type":"bridge","bridge":"br0","isGateway":true,
             "ipMasq":true,
             "ipam":{"type":"%s","dataDir":"%s","ranges":[[{"subnet":"10.8.0.0/24"}]]}}"""
                .formatted(ipam, node.data()))
        .by(agent)
        .with("CNI_PATH", node.data() + ":" + node.bin())
        .container(container);
  }

  /** Kills the agent while an IPAM plugin, which has given an address, keeps it waiting. */
  private void killAgentAmidAdd(PluginCall call) throws Exception {
    Path hang = Files.createFile(node.data().resolve("hang"));
    Path waits = node.data().resolve("waits");
    Path plugin = node.data().resolve("hanging");
    Files.writeString(
        plugin,
        """
        #!/bin/sh
        if [ "$CNI_COMMAND" != ADD ] || [ ! -e %1$s ]; then
          exec %2$s
        fi
        %2$s > %3$s.result && echo $$ > %3$s.new && mv %3$s.new %3$s
        exec sleep 1000
        """
            .formatted(hang, node.plugin("host-local"), waits));
    Files.setPosixFilePermissions(plugin, PosixFilePermissions.fromString("rwx------"));
    Process launcher = call.startBesideAgent("ADD");
    Await.until(LIMIT, () -> Files.exists(waits), () -> "no address was given: " + agent.log());
    agent.kill();
    assertEquals(1, launcher.waitFor(), "nobody took the killed agent's place");
    // A service manager kills whatever an agent leaves behind.
    Command.run("kill", "-9", Files.readString(waits).strip()).succeeded();
  }

  private void awaitNothingIsLeft() {
    Await.until(
        LIMIT,
        () -> pending().isEmpty() && begun().isEmpty(),
        () -> "still owed: " + pending() + begun() + "\n" + agent.log());
    assertEquals(List.of(), node.leases("net"));
    assertEquals(List.of(), node.veths());
    assertFalse(node.rules().contains("10.8.0."), node::rules);
  }

  private List<Path> pending() {
    return files(agent.stateDirectory());
  }

  private List<Path> begun() {
    return files(agent.directory().resolve("begun"));
  }

  private static List<Path> files(Path directory) {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (var tree = Files.walk(directory)) {
      return tree.filter(Files::isRegularFile).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

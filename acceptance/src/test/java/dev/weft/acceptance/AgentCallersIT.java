package dev.weft.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Callers that see another machine than the agent does: it serves them there, or leaves them to the
 * standalone way; never does it work in the wrong place.
 */
class AgentCallersIT {
  @RegisterExtension static final SharedAgent AGENT = SharedAgent.ofTheRun();

  private Launchers launchers;
  private Node node;

  @BeforeEach
  void create() {
    launchers = AGENT.get().launchers();
    launchers.forget();
    node = AGENT.get().createNode();
  }

  @AfterEach
  void close() {
    node.close();
  }

  private PluginCall bridge() {
    return PluginCall.of(
            node,
            "bridge",
            """
            {"cniVersion":"1.1.0","name":"net","type":"bridge","bridge":"br0","isGateway":true,
             "ipam":{"type":"host-local","dataDir":"%s/leases",
             "ranges":[[{"subnet":"10.8.0.0/24"}]]}}"""
                .formatted(node.data()))
        .container("one")
        .pod(node.addPod());
  }

  /** Runs a shell script around the call, which it makes by {@code "$0"}. */
  private static Command.Outcome script(PluginCall call, String verb, String script) {
    return call.runBy(List.of("unshare", "--mount", "sh", "-e", "-c", script), verb);
  }

  @Test
  void aLeaseGoesWhereTheCallerSeesItsDirectory() {
    String data = node.data() + "/leases";
    Command.Outcome outcome =
        script(
            bridge(),
            "ADD",
            "mkdir -p %1$s && mount -t tmpfs tmpfs %1$s && \"$0\" && ls %1$s/net".formatted(data));
    assertTrue(outcome.succeeded().stdout().contains("\n10.8.0.2\n"), outcome.stdout());
    assertFalse(
        Files.exists(node.data().resolve("leases/net")), "the lease is in the agent's, too");
    assertEquals(List.of(), launchers.standalone(), "calls that the agent did not serve");
  }

  /** What it has not loaded yet, it must not look for there. */
  @Test
  void aCallerMayBeWhereTheAgentsOwnFilesAreNot() {
    Path home = Executables.UNDER_TEST.resolve("..").normalize();
    String hidden = "mount -t tmpfs tmpfs '%s' && exec \"$0\"".formatted(home);
    try (AgentProcess fresh = AgentProcess.start()) {
      PluginCall call =
          bridge().by(fresh).set("ipMasq", "true").set("macspoofchk", "true").set("mtu", "1400");
      String result = script(call, "ADD", hidden).succeeded().stdout();
      assertEquals("", script(call.set("prevResult", result), "CHECK", hidden).stdout());
      assertEquals("", script(call, "STATUS", hidden).stdout());
      assertEquals("", script(call, "DEL", hidden).stdout());
      PluginCall other = call.set("ipMasqBackend", "\"iptables\"");
      script(other, "ADD", hidden).succeeded();
      assertEquals("", script(other.without("CNI_NETNS"), "GC", hidden).stdout());

      PluginCall fixed =
          call.program(node.plugin("static"))
              .set("ipam", "{\"type\":\"static\",\"addresses\":[{\"address\":\"10.8.0.9/24\"}]}");
      script(fixed, "ADD", hidden).succeeded();
      for (String wrong : List.of("{}", "{\"type\":\"absent\"}", "{\"type\":\"host-local\"}")) {
        Command.Outcome outcome = script(call.set("ipam", wrong), "ADD", hidden);
        assertTrue(PluginCall.json(outcome.stdout()).path("code").asInt() < 900, outcome::toString);
      }
      assertEquals(List.of(), launchers.standalone(), "calls that the agent did not serve");
    }
  }

  @Test
  void aCallerWhoseRootIsNotThatOfItsMountsIsLeftToItself() {
    String root = node.data() + "/root";
    String leases = root + node.data() + "/leases";
    Command.Outcome outcome =
        script(
            bridge(),
            "ADD",
            "mkdir -p %1$s && mount --rbind / %1$s && mkdir -p %2$s && mount -t tmpfs tmpfs %2$s &&"
                    .formatted(root, leases)
                + " chroot %1$s \"$0\" && ls %2$s/net".formatted(root, leases));
    assertTrue(outcome.succeeded().stdout().contains("\n10.8.0.2\n"), outcome.stdout());
    assertFalse(
        Files.exists(node.data().resolve("leases/net")), "the lease is in the agent's, too");
    assertEquals(List.of("ADD of one"), launchers.standalone());
  }

  @Test
  void aCallerWithOtherUsersIsLeftToItself() {
    PluginCall call = bridge();
    Command.Outcome outcome =
        call.runBy(List.of("unshare", "--user", "--map-root-user", "--mount"), "ADD");
    assertEquals(1, outcome.exitCode(), outcome::toString);
    assertEquals(List.of("ADD of one"), launchers.standalone());
    assertEquals(List.of(), node.veths());
    assertEquals(List.of(), node.leases("leases/net"));
  }

  /** By numbers of processes that mean nothing, or something else, to the agent. */
  @Test
  void aNamespaceMayHaveAPathInTheCallersProc() {
    String pod = bridge().environment().get("CNI_NETNS");
    Command.Outcome outcome =
        bridge()
            .runBy(
                List.of(
                    "unshare",
                    "--pid",
                    "--fork",
                    "--mount-proc",
                    "sh",
                    "-e",
                    "-c",
                    "nsenter --net='%s' sleep 60 & sleep 0.2; CNI_NETNS=/proc/$!/ns/net \"$0\"; kill $!"
                        .formatted(pod)),
                "ADD");
    assertEquals(0, outcome.exitCode(), outcome::toString);
    assertEquals(1, node.veths().size());
    assertEquals(List.of(), launchers.standalone(), "calls that the agent did not serve");
  }

  /** The directory keeps out whoever is not root, and so does the socket. */
  @Test
  void aCallerWhoIsNotRootReachesNobody() {
    JsonNode before = AGENT.get().agent().status();
    for (String capability : List.of("-all", "+dac_read_search")) {
      // The program by a descriptor, since nobody else may enter where it lies.
      String run =
          "exec setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps="
              + capability
              + " --ambient-caps="
              + capability
              + " /proc/self/fd/3 3<\"$0\"";
      bridge().runBy(List.of("sh", "-c", run), "VERSION");
    }
    JsonNode after = AGENT.get().agent().status();
    assertEquals(before.path("operations"), after.path("operations"));
    assertEquals(before.path("calls"), after.path("calls"));
  }
}

package dev.weft.pending;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The agent and processes of their own find the same records. */
class NodeStateTest {

  @Test
  void liesWhereSystemsKeepSuchThings() throws IOException {
    NodeState state =
        new NodeState(Path.of("/run/weft/begun/" + network()), pending("/var/lib/weft"));
    assertEquals(state, NodeState.of(Map.of()));
    assertEquals(state, NodeState.of(Map.of("WEFT_AGENT", "", "WEFT_STATE_DIR", "")));
    assertEquals(state, NodeState.beside(NodeState.DEFAULT_SOCKET, Map.of()));
  }

  @Test
  void liesBesideTheAgentsSocketAndWhereTheEnvironmentSays() throws IOException {
    Map<String, String> environment =
        Map.of("WEFT_AGENT", "/tmp/a/agent.sock", "WEFT_STATE_DIR", "/tmp/b");
    NodeState state = new NodeState(Path.of("/tmp/a/begun/" + network()), pending("/tmp/b"));
    assertEquals(state, NodeState.of(environment));
    assertEquals(state, NodeState.beside(Path.of("/tmp/a/agent.sock"), environment));
  }

  private static Path pending(String directory) {
    return Path.of(directory, "pending");
  }

  /** The number of our network namespace, from {@code net:[4026531833]}. */
  private static String network() throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString().replaceAll("\\D", "");
  }
}

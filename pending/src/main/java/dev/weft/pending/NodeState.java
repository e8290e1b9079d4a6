package dev.weft.pending;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where an agent and processes of their own write down what they owe, and find it.
 *
 * @param begun for as long as the machine runs, beside the agent's socket, and for one network
 *     namespace: another may hold the same container's id
 * @param pending on disk
 */
public record NodeState(Path begun, Path pending) {
  /** Where launchers look for an agent if they are told nothing else. */
  public static final Path DEFAULT_SOCKET = Path.of("/run/weft/agent.sock");

  private static final String DEFAULT_DIRECTORY = "/var/lib/weft";

  /** The namespace that this process was started in. */
  private static final Path OWN_NETWORK = Path.of("/proc/self/ns/net");

  /**
   * As the environment says: by WEFT_AGENT, the path of the agent's socket, and WEFT_STATE_DIR, the
   * directory for what lasts.
   */
  static NodeState of(Map<String, String> environment) {
    String socket = environment.getOrDefault("WEFT_AGENT", "");
    return beside(socket.isEmpty() ? DEFAULT_SOCKET : Path.of(socket), environment);
  }

  /** That of the agent with this socket. */
  public static NodeState beside(Path socket, Map<String, String> environment) {
    String directory = environment.getOrDefault("WEFT_STATE_DIR", "");
    return new NodeState(
        socket.toAbsolutePath().resolveSibling("begun").resolve(ownNetwork()),
        Path.of(directory.isEmpty() ? DEFAULT_DIRECTORY : directory).resolve("pending"));
  }

  private static String ownNetwork() {
    try {
      // net:[4026531833]
      String network = Files.readSymbolicLink(OWN_NETWORK).toString();
      return network.substring(network.indexOf('[') + 1, network.length() - 1);
    } catch (IOException e) {
      return "unknown"; // without /proc, and so without an agent
    }
  }
}

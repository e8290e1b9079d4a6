package dev.weft.agent;

import dev.weft.pending.NodeState;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * How an agent runs.
 *
 * @param socket where launchers find it; everything else of its own lies in the same directory
 * @param launcher our executable, by which the agent calls itself to get warm
 * @param environment of the process, for what a service manager has to say, and WEFT_STATE_DIR
 * @param metrics where they are told, if anywhere
 */
public record AgentSettings(
    Path socket, Path launcher, Map<String, String> environment, Optional<MetricsAddress> metrics) {
  /** Where launchers look if they are told nothing else. */
  public static final Path DEFAULT_SOCKET = NodeState.DEFAULT_SOCKET;

  /** How many calls are worked on at a time: most of them wait for the kernel or a disk. */
  static final int WORKING_LIMIT = 64;

  /**
   * How many threads wait for what no call has to wait for: 20 ms for the end of a link, while 400
   * DELs a second come one after the other.
   */
  static final int HOME_THREADS = 16;

  /** How many may wait beyond these; a runtime that has more is told to try again later. */
  static final int WAITING_LIMIT = 1024;

  public AgentSettings {
    environment = Map.copyOf(environment);
  }

  /** Where an agent tells how it is whose calls come to a socket. */
  static Path statusSocket(Path calls) {
    return calls.toAbsolutePath().resolveSibling("status.sock");
  }

  /** A file of the agent's own beside its socket. */
  Path beside(String name) {
    return socket.resolveSibling(name);
  }
}

package dev.weft.bench.macro;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Shares out what an agent uses among the kinds of calls that it serves. All of it goes to one of
 * them: what the agent does while the other side's calls are made is counted for its own last ones.
 */
final class AgentMeter {
  private final Supplier<Duration> agent;
  private Duration read;
  private @Nullable Tally current;

  /**
   * @param agent tells what it has used so far
   */
  AgentMeter(Supplier<Duration> agent) {
    this.agent = agent;
    this.read = agent.get();
  }

  /** From now on what is used is used for these. */
  void switchTo(Tally tally) {
    settle();
    current = tally;
  }

  /** Counts what was used until now. */
  void settle() {
    Duration now = agent.get();
    if (current != null) {
      current.countAgent(now.minus(read));
    }
    read = now;
  }
}

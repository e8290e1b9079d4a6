package dev.weft.acceptance;

import java.util.Optional;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The one agent that all suites of a run share, as all pods of a node do: what one leaves in it,
 * the next one meets. It starts when it is first asked for and ends with the run.
 */
final class SharedAgent implements BeforeAllCallback {
  private Optional<ExtensionContext> run = Optional.empty();

  /** Together with launchers that write down if they do not use it. */
  record Running(AgentProcess agent, Launchers launchers) implements AutoCloseable {
    static Running start() {
      AgentProcess agent = AgentProcess.start();
      return new Running(agent, Launchers.copy(agent.directory().resolve("launchers")));
    }

    @Override
    public void close() {
      agent.close();
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    run = Optional.of(context.getRoot());
  }

  Running get() {
    return run.orElseThrow()
        .getStore(ExtensionContext.Namespace.create(SharedAgent.class))
        .getOrComputeIfAbsent(Running.class, _ -> Running.start(), Running.class);
  }
}

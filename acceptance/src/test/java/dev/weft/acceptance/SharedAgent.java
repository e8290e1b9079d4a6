package dev.weft.acceptance;

import java.util.Optional;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * An agent that many tests share, as all pods of a node do: what one leaves in it, the next one
 * meets. It starts when it is first asked for.
 */
final class SharedAgent implements BeforeAllCallback {
  private final boolean ofTheRun;
  private Optional<ExtensionContext> sharing = Optional.empty();

  private SharedAgent(boolean ofTheRun) {
    this.ofTheRun = ofTheRun;
  }

  /** Shared by all classes of a run. */
  static SharedAgent ofTheRun() {
    return new SharedAgent(true);
  }

  /** Shared by the tests of a class, which may treat it badly. */
  static SharedAgent ofTheClass() {
    return new SharedAgent(false);
  }

  /** Together with launchers that write down if they do not use it. */
  record Running(AgentProcess agent, Launchers launchers) implements AutoCloseable {
    static Running start() {
      AgentProcess agent = AgentProcess.start();
      return new Running(agent, Launchers.copy(agent.directory().resolve("launchers")));
    }

    /** A node that it serves. */
    Node createNode() {
      return Node.create(launchers.bin(), agent.socket().toString());
    }

    @Override
    public void close() {
      agent.close();
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    sharing = Optional.of(ofTheRun ? context.getRoot() : context);
  }

  Running get() {
    return sharing
        .orElseThrow()
        .getStore(ExtensionContext.Namespace.create(SharedAgent.class, ofTheRun))
        .getOrComputeIfAbsent(Running.class, _ -> Running.start(), Running.class);
  }
}

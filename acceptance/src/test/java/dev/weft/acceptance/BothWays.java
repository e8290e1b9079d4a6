package dev.weft.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tests that are run twice: on a node without an agent, and on one whose agent serves all calls.
 * What a test sees must not depend on it. Maven counts the first run as {@code [1]}, the second as
 * {@code [2]}.
 */
@ParameterizedClass(name = "{0}")
@EnumSource(Way.class)
abstract class BothWays extends OnNode {
  @RegisterExtension static final SharedAgent AGENT = SharedAgent.ofTheRun();

  /** Set anew for each of the two runs. */
  @Parameter Way way = Way.STANDALONE;

  @Override
  Node newNode() {
    if (way == Way.STANDALONE) {
      return Node.create();
    }
    SharedAgent.Running running = AGENT.get();
    running.launchers().forget();
    return running.createNode();
  }

  /** Else the test would have proved nothing about the agent. */
  @AfterEach
  void everyCallWasServedTheRightWay() {
    if (way == Way.AGENT) {
      assertEquals(
          List.of(), AGENT.get().launchers().standalone(), "calls that the agent did not serve");
    }
  }

  /** Says that the calls so far were right to be served standalone on a node with an agent, too. */
  void standaloneIsRight() {
    if (way == Way.AGENT) {
      AGENT.get().launchers().forget();
    }
  }
}

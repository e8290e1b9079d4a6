package dev.weft.acceptance;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Tests with an agent of their own, which they may treat as badly as they like, and a node whose
 * calls it serves. Both are new for each test and go with it.
 */
abstract class OnAgent {
  AgentProcess agent;
  Launchers launchers;
  Node node;

  @BeforeEach
  void start() {
    agent = AgentProcess.start();
    launchers = Launchers.copy(agent.directory().resolve("launchers"));
    node = Node.create(launchers.bin(), agent.socket().toString());
  }

  @AfterEach
  void end() {
    node.close();
    agent.close();
  }
}

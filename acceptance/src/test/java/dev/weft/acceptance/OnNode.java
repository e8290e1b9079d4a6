package dev.weft.acceptance;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Tests on a node of their own, a new one for each, which goes with the test. */
abstract class OnNode {
  Node node;

  @BeforeEach
  void createNode() {
    node = newNode();
  }

  Node newNode() {
    return Node.create();
  }

  @AfterEach
  void closeNode() {
    node.close();
  }
}

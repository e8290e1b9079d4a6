package dev.weft.install;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests that have two versions at hand, and an empty node to put them on. */
abstract class WithDistributions {
  @TempDir Path directory;
  TestNode node;
  Distribution first;
  Distribution second;

  @BeforeEach
  void makeDistributions() throws IOException {
    node = TestNode.at(directory.resolve("node"));
    first = TestNode.distribution(directory.resolve("first"), "1.0");
    second = TestNode.distribution(directory.resolve("second"), "2.0");
  }
}

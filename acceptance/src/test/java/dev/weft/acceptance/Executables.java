package dev.weft.acceptance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Where the executables lie that are put to the test, and where their peers may lie. */
final class Executables {
  /** Ours, unless {@code -Dweft.bin=DIR} names others that the same suites shall be run over. */
  static final Path UNDER_TEST = Path.of(System.getProperty("weft.bin"));

  /** The Go plugins as Debian's package containernetworking-plugins installs them. */
  private static final Path PEERS = Path.of("/usr/lib/cni");

  private Executables() {}

  static Path plugin(String type) {
    return UNDER_TEST.resolve(type);
  }

  /** All of those under test. */
  static List<Path> all() {
    try (Stream<Path> files = Files.list(UNDER_TEST)) {
      return files.filter(Files::isExecutable).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The Go plugins; without them the test is skipped. */
  static Path peers() {
    assumeTrue(
        Files.isExecutable(PEERS.resolve("bridge")),
        "skipped: needs the reference plugins (package containernetworking-plugins)");
    return PEERS;
  }
}

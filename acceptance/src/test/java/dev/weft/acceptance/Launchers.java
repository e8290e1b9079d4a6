package dev.weft.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A copy of the executables under test that writes down whenever one of them goes the standalone
 * way: without it nobody could tell whether it was the agent that served a call.
 */
record Launchers(Path home) {
  /**
   * Makes the copy.
   *
   * @param home the directory to make
   */
  static Launchers copy(Path home) {
    Path original = Executables.UNDER_TEST.resolve("..").normalize();
    Launchers launchers = new Launchers(home);
    try {
      Path java = Files.createDirectories(home.resolve("runtime/bin")).resolve("java");
      Command.run("cp", "-a", Executables.UNDER_TEST.toString(), launchers.bin().toString())
          .succeeded();
      Files.createSymbolicLink(home.resolve("lib"), original.resolve("lib"));
      Files.writeString(
          java,
          """
          #!/bin/sh
          echo "$CNI_COMMAND of $CNI_CONTAINERID" >> '%s'
          exec '%s' "$@"
          """
              .formatted(launchers.notes(), original.resolve("runtime/bin/java")));
      Command.run("chmod", "+x", java.toString()).succeeded();
      launchers.forget();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return launchers;
  }

  Path bin() {
    return home.resolve("bin");
  }

  private Path notes() {
    return home.resolve("standalone");
  }

  /** The calls that went the standalone way since they were last forgotten. */
  List<String> standalone() {
    try {
      return Files.readAllLines(notes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void forget() {
    try {
      Files.writeString(notes(), "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

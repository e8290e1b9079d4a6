package dev.weft.install;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The service manager, asked by its program. */
interface Systemctl {

  /**
   * What a run of the program came to.
   *
   * @param output both outputs together
   */
  record Outcome(int exitCode, String output) {}

  /** True if there is a service manager that can be told. */
  boolean isRunning();

  /** Runs {@code systemctl} and waits for it. */
  Outcome run(List<String> arguments) throws IOException;

  /** Has something done. */
  default void require(String... arguments) throws IOException {
    Outcome outcome = run(List.of(arguments));
    if (outcome.exitCode() != 0) {
      throw new InstallException(
          "'systemctl "
              + String.join(" ", arguments)
              + "' failed: "
              + outcome.output().replace('\n', ' ')
              + "; mend that and run this again");
    }
  }

  /** Asks a question that is answered by the exit code. */
  default boolean is(String question, String unit) throws IOException {
    return run(List.of(question, "--quiet", unit)).exitCode() == 0;
  }

  /** A property of a unit; nothing if it has none. */
  default Optional<String> property(String unit, String name) throws IOException {
    Outcome outcome = run(List.of("show", "--value", "--property=" + name, unit));
    return outcome.exitCode() == 0 && !outcome.output().isEmpty()
        ? Optional.of(outcome.output())
        : Optional.empty();
  }
}

package dev.weft.bench.macro;

import java.nio.file.Path;

/** Who serves the calls of our executables. */
public sealed interface AgentChoice {
  /** An agent that is started for the benchmark, in the namespaces of the callers. */
  record Own() implements AgentChoice {}

  /** One that runs already. */
  record Running(Path socket) implements AgentChoice {}

  /** None: each call is a process that does everything itself. */
  record None() implements AgentChoice {}
}

package dev.weft.agent;

import java.time.Instant;

/** How far an agent has come. Told and asked by any thread. */
final class Life {
  enum Phase {
    /** Warms itself up; launchers do not find it yet. */
    STARTING,
    READY,
    /** Takes no more calls, and ends with those that it has. */
    DRAINING
  }

  private final Instant began = Instant.now();
  private volatile Phase phase = Phase.STARTING;

  Instant began() {
    return began;
  }

  Phase phase() {
    return phase;
  }

  void enter(Phase next) {
    phase = next;
  }
}

package dev.weft.trace;

import java.util.Locale;

/** How a packet ends on a node. */
public enum Outcome {
  /** It is forwarded, or delivered here. */
  ACCEPT,
  /** Its sender is told that nobody is there. */
  REJECT,
  /** Its sender is told nothing. */
  DROP,
  /** A rule decides in a way that is not known. */
  UNDECIDED;

  String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}

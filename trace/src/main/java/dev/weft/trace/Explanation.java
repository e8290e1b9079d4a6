package dev.weft.trace;

import java.util.List;

/**
 * Why a packet met what it met.
 *
 * @param sentences the most important first
 */
record Explanation(Kind kind, List<String> sentences) {
  Explanation {
    sentences = List.copyOf(sentences);
  }

  static Explanation because(String sentence) {
    return new Explanation(Kind.BECAUSE, List.of(sentence));
  }

  /** What the sentences are. */
  enum Kind {
    BECAUSE("because "),
    /** What it may have been meant for, and what differs. */
    NEAREST("nearest: "),
    /** Endpoints that it cannot get, and why. */
    LEFT_OUT("left out: ");

    private final String label;

    Kind(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }
  }
}

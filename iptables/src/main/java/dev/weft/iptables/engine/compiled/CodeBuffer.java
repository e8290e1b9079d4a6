package dev.weft.iptables.engine.compiled;

import java.util.Arrays;

/** A program while it is written. */
final class CodeBuffer {
  private int[] words;
  private int size;

  CodeBuffer(int capacity) {
    words = new int[capacity];
  }

  int size() {
    return size;
  }

  void add(int word) {
    if (size == words.length) {
      words = Arrays.copyOf(words, 2 * size);
    }
    words[size++] = word;
  }

  void addLong(long value) {
    add((int) (value >>> 32));
    add((int) value);
  }

  void set(int at, int word) {
    words[at] = word;
  }

  /** Sets where packets go that a match does not hold for. */
  void skipTo(int match, int next) {
    int distance = next - match;
    if (distance >= Op.LONGEST_RULE) {
      throw new IllegalArgumentException("a rule is too long; it can have 4 million port ranges");
    }
    words[match] |= distance << Op.SKIP_SHIFT;
  }

  int[] toArray() {
    return Arrays.copyOf(words, size);
  }
}

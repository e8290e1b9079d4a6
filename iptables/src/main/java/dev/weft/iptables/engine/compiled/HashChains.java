package dev.weft.iptables.engine.compiled;

import java.util.Arrays;

/**
 * Finds numbers by hashes. Bounded. A number is found if as many bits of its hash are the same as
 * fit beside it; its owner tells whether it is the one that is meant.
 */
final class HashChains {
  /** By place: the first of a chain. Some bits of a hash, then a number plus 1; 0: none. */
  private final int[] firsts;

  /** By number: the next of the same chain, as above. */
  private final int[] nexts;

  private final int mask;
  private final int numberBits;

  /**
   * Chains for the numbers from 0 on.
   *
   * @param capacity how many numbers there are
   */
  HashChains(int capacity) {
    firsts = new int[Hashing.places(capacity)];
    nexts = new int[capacity];
    mask = firsts.length - 1;
    numberBits = Integer.SIZE - Integer.numberOfLeadingZeros(capacity);
  }

  /** The first number that may have this hash; -1: none has. */
  int first(long hash) {
    return find(firsts[Hashing.place(hash, mask)], hash);
  }

  /** The next number that may have the hash by which this one was found; -1: none has. */
  int next(int number, long hash) {
    return find(nexts[number], hash);
  }

  private int find(int first, long hash) {
    int bits = bits(hash);
    int at = first;
    while (at != 0 && (at ^ bits) >>> numberBits != 0) {
      at = nexts[number(at)];
    }
    return number(at);
  }

  private int bits(long hash) {
    return (int) hash << numberBits;
  }

  private int number(int word) {
    return (word & (1 << numberBits) - 1) - 1;
  }

  void add(long hash, int number) {
    int place = Hashing.place(hash, mask);
    nexts[number] = firsts[place];
    firsts[place] = bits(hash) | number + 1;
  }

  /** Removes a number that was added with a hash of the same upper half. */
  void remove(long hash, int number) {
    int place = Hashing.place(hash, mask);
    int at = number(firsts[place]);
    if (at == number) {
      firsts[place] = nexts[number];
      return;
    }
    while (number(nexts[at]) != number) {
      at = number(nexts[at]);
    }
    nexts[at] = nexts[number];
  }

  void clear() {
    Arrays.fill(firsts, 0);
  }
}

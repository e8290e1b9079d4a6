package dev.weft.iptables.engine.compiled;

import java.util.random.RandomGenerator;

/** Hashes that nobody outside can aim at: each process has seeds of its own. */
final class Hashing {
  private static final long SEED = RandomGenerator.getDefault().nextLong();
  private static final long FACTOR = 0x9E37_79B9_7F4A_7C15L; // 2^64 by the golden ratio, odd
  private static final long OTHER_FACTOR = 0xD6E8_FEB8_6659_FD93L;

  private Hashing() {}

  static long of(long word) {
    return then(SEED, word);
  }

  /** The hash of what came before, and one word more. */
  static long then(long hash, long word) {
    long mixed = (hash ^ word) * FACTOR;
    return (mixed ^ mixed >>> 32) * OTHER_FACTOR;
  }

  /** Which of 2^n places a hash begins at. */
  static int place(long hash, int mask) {
    return (int) (hash >>> 32) & mask;
  }

  /** The least power of two of which at most half is taken. */
  static int places(int entries) {
    return 2 << (Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(1, entries) - 1));
  }
}

package dev.weft.iptables.engine.compiled;

import java.util.Map;

/**
 * From keys to places in a program, before which the key stands: what has few words here is looked
 * at anyway there. Fixed once it is made.
 */
final class PlaceTable {
  /** Some bits of a hash, then a place; 0: nothing is here. */
  private final int[] words;

  private final int mask;
  private final int placeBits;

  /**
   * A table.
   *
   * @param places greater than 0
   * @param end greater than all of them
   */
  PlaceTable(Map<Long, Integer> places, int end) {
    words = new int[Hashing.places(places.size())];
    mask = words.length - 1;
    placeBits = Integer.SIZE - Integer.numberOfLeadingZeros(end);
    places.forEach(this::put);
  }

  private void put(long key, int place) {
    long hash = Hashing.of(key);
    int at = Hashing.place(hash, mask);
    while (words[at] != 0) {
      at = at + 1 & mask;
    }
    words[at] = (int) hash << placeBits | place;
  }

  /** The place of a key, or 0. */
  int get(long key, int[] code) {
    long hash = Hashing.of(key);
    int bits = (int) hash << placeBits;
    int at = Hashing.place(hash, mask);
    for (int word = words[at]; word != 0; word = words[at]) {
      int place = word & (1 << placeBits) - 1;
      if ((word ^ bits) >>> placeBits == 0
          && code[place - 1] == (int) key
          && code[place - 2] == (int) (key >>> 32)) {
        return place;
      }
      at = at + 1 & mask;
    }
    return 0;
  }
}

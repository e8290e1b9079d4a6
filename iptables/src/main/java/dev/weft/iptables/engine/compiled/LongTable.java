package dev.weft.iptables.engine.compiled;

import java.util.Map;

/** From numbers to numbers that are greater than 0; fixed once it is made. */
final class LongTable {
  /** Key and value by turns; 0 as a value: nothing is here. */
  private final long[] places;

  private final int mask;

  LongTable(Map<Long, Integer> entries) {
    int count = Hashing.places(entries.size());
    places = new long[2 * count];
    mask = count - 1;
    entries.forEach(this::put);
  }

  private void put(long key, int value) {
    int place = Hashing.place(Hashing.of(key), mask);
    while (places[2 * place + 1] != 0) {
      place = place + 1 & mask;
    }
    places[2 * place] = key;
    places[2 * place + 1] = value;
  }

  /** The value, or 0. */
  int get(long key) {
    int place = Hashing.place(Hashing.of(key), mask);
    while (true) {
      int value = (int) places[2 * place + 1];
      if (value == 0 || places[2 * place] == key) {
        return value;
      }
      place = place + 1 & mask;
    }
  }
}

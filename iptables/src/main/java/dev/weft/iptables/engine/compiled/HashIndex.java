package dev.weft.iptables.engine.compiled;

import java.util.Arrays;

/** Finds numbers by hashes; what has equal hashes, its owner tells apart. Bounded. */
final class HashIndex {
  /** The upper half of a hash, and the number plus 1; 0: nothing is here. */
  private final long[] places;

  private final int mask;

  HashIndex(int capacity) {
    places = new long[Hashing.places(capacity)];
    mask = places.length - 1;
  }

  /** Where numbers of this hash begin. */
  int home(long hash) {
    return Hashing.place(hash, mask);
  }

  int after(int place) {
    return place + 1 & mask;
  }

  /** From this place on, the first one with this hash; -1 if there is none. */
  int find(long hash, int from) {
    int print = (int) (hash >>> 32);
    int place = from;
    for (long here = places[place]; here != 0; here = places[place]) {
      if ((int) (here >>> 32) == print) {
        return place;
      }
      place = after(place);
    }
    return -1;
  }

  int number(int place) {
    return (int) places[place] - 1;
  }

  void set(int place, int number) {
    places[place] = places[place] >>> 32 << 32 | number + 1;
  }

  void add(long hash, int number) {
    int place = home(hash);
    while (places[place] != 0) {
      place = after(place);
    }
    places[place] = hash >>> 32 << 32 | number + 1;
  }

  /** Frees a place; others may move to where they would be without it. */
  void removeAt(int place) {
    int free = place;
    for (int other = after(free); places[other] != 0; other = after(other)) {
      int home = home(places[other]);
      if ((other - home & mask) >= (other - free & mask)) {
        places[free] = places[other];
        free = other;
      }
    }
    places[free] = 0;
  }

  void clear() {
    Arrays.fill(places, 0);
  }
}

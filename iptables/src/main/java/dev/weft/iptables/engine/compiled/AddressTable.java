package dev.weft.iptables.engine.compiled;

import dev.weft.net.IpAddress;
import java.util.Map;

/** From addresses of one family to numbers that are greater than 0; fixed once it is made. */
final class AddressTable {
  /** Fewer are compared faster than hashed. */
  private static final int FEW = 6;

  private final boolean few;
  private final long[] highs;
  private final long[] lows;
  private final int[] values;
  private final int mask;

  AddressTable(Map<IpAddress, Integer> entries) {
    int count = entries.size() <= FEW ? entries.size() : Hashing.places(entries.size());
    highs = new long[count];
    lows = new long[count];
    values = new int[count];
    mask = count - 1;
    few = entries.size() <= FEW;
    entries.forEach(this::put);
  }

  private void put(IpAddress address, int value) {
    int place = few ? 0 : place(address.high(), address.low());
    while (values[place] != 0) {
      place = few ? place + 1 : place + 1 & mask;
    }
    highs[place] = address.high();
    lows[place] = address.low();
    values[place] = value;
  }

  /** The value, or 0. */
  int get(long high, long low) {
    if (few) {
      for (int i = 0; i < lows.length; i++) {
        if (lows[i] == low && highs[i] == high) {
          return values[i];
        }
      }
      return 0;
    }
    int place = place(high, low);
    while (values[place] != 0 && (lows[place] != low || highs[place] != high)) {
      place = place + 1 & mask;
    }
    return values[place];
  }

  private int place(long high, long low) {
    return Hashing.place(high == 0 ? Hashing.of(low) : Hashing.then(Hashing.of(low), high), mask);
  }
}

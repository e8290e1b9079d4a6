package dev.weft.iptables.engine.compiled;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Interfaces by number, and which patterns of rules name them. */
final class Devices {
  static final int NONE = 0;
  static final int LOOPBACK = 1;

  private final Map<String, Integer> numbers = new HashMap<>();
  private final List<String> names = new ArrayList<>();
  private final Map<String, Integer> patternNumbers = new HashMap<>();
  private final List<String> patterns = new ArrayList<>();

  /** By pattern, then by device. */
  private boolean[][] named = new boolean[0][];

  Devices() {
    number("");
    number("lo");
  }

  int number(String name) {
    Integer known = numbers.get(name);
    if (known != null) {
      return known;
    }
    int number = names.size();
    names.add(name);
    numbers.put(name, number);
    for (int i = 0; i < patterns.size(); i++) {
      named[i] = compare(patterns.get(i));
    }
    return number;
  }

  String name(int number) {
    return names.get(number);
  }

  int pattern(String pattern) {
    Integer known = patternNumbers.get(pattern);
    if (known != null) {
      return known;
    }
    int number = patterns.size();
    patterns.add(pattern);
    patternNumbers.put(pattern, number);
    named = Arrays.copyOf(named, patterns.size());
    named[number] = compare(pattern);
    return number;
  }

  boolean isNamed(int device, int pattern) {
    return named[pattern][device];
  }

  private boolean[] compare(String pattern) {
    boolean[] bits = new boolean[names.size()];
    for (int i = 0; i < bits.length; i++) {
      String name = names.get(i);
      bits[i] =
          pattern.endsWith("+")
              ? name.startsWith(pattern.substring(0, pattern.length() - 1))
              : name.equals(pattern);
    }
    return bits;
  }
}

package dev.weft.iptables.engine.compiled;

import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What the lists of {@code -m recent} hold: which address was seen when. Lists that are asked one
 * after another, as those of a Service's endpoints are, form a group, in which one look tells all
 * that hold an address.
 *
 * <p>Bounded: of a few, the one that was not seen for the longest time makes room. Lists outlive
 * the rules that name them. Used by one thread at a time.
 */
public final class RecentLists {
  /** How many of those that could make room are compared. */
  private static final int SAMPLES = 8;

  private final Map<String, Integer> numbers = new HashMap<>();
  private final List<String> names = new ArrayList<>();

  /** By list: the list for which its group is named. */
  private int[] groups = new int[16];

  private final IpFamily family;
  private final HashChains index;
  private final int[] lists;
  private final long[] highs;
  private final long[] lows;
  private final long[] times;

  private final int[] free;
  private int freeCount;
  private int hand;
  private boolean regrouped;

  /**
   * Empty lists.
   *
   * @param family of the addresses
   * @param capacity how many addresses all of them can hold together
   */
  public RecentLists(IpFamily family, int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("lists of " + capacity + " addresses hold none");
    }
    this.family = family;
    index = new HashChains(capacity);
    lists = new int[capacity];
    highs = new long[capacity];
    lows = new long[capacity];
    times = new long[capacity];
    free = new int[capacity];
    Arrays.fill(lists, -1);
    for (int i = 0; i < capacity; i++) {
      free[i] = capacity - 1 - i;
    }
    freeCount = capacity;
  }

  /** An address was seen; the time is in milliseconds of any clock, the same for all. */
  public void seen(String list, IpAddress address, long time) {
    seen(number(list), address.high(), address.low(), time);
  }

  /** When an address was last seen; nothing if the list does not hold it. */
  public OptionalLong lastSeen(String list, IpAddress address) {
    int entry = find(number(list), address.high(), address.low());
    return entry < 0 ? OptionalLong.empty() : OptionalLong.of(times[entry]);
  }

  /** Of lists that rules name or that anything was told of. */
  public List<String> names() {
    return List.copyOf(names);
  }

  /** The addresses that a list holds, however old. */
  public List<IpAddress> addresses(String list) {
    int number = number(list);
    List<IpAddress> addresses = new ArrayList<>();
    for (int entry = 0; entry < lists.length; entry++) {
      if (lists[entry] == number) {
        addresses.add(new IpAddress(family, highs[entry], lows[entry]));
      }
    }
    return addresses;
  }

  int number(String name) {
    Integer known = numbers.get(name);
    if (known != null) {
      return known;
    }
    int number = names.size();
    if (number == groups.length) {
      groups = Arrays.copyOf(groups, 2 * number);
    }
    groups[number] = number;
    names.add(name);
    numbers.put(name, number);
    return number;
  }

  /** Puts two lists, and those that each is with, in one group, once {@link #settle} is called. */
  void join(int one, int other) {
    int first = root(one);
    int second = root(other);
    if (first != second) {
      groups[Math.max(first, second)] = Math.min(first, second);
      regrouped = true;
    }
  }

  private int root(int list) {
    int at = list;
    while (groups[at] != at) {
      groups[at] = groups[groups[at]];
      at = groups[at];
    }
    return at;
  }

  void settle() {
    if (!regrouped) {
      return;
    }
    for (int i = 0; i < names.size(); i++) {
      groups[i] = root(i);
    }
    index.clear();
    for (int entry = 0; entry < lists.length; entry++) {
      if (lists[entry] >= 0) {
        link(entry);
      }
    }
    regrouped = false;
  }

  /** The first entry of an address in the group of a list, or -1. */
  int first(int list, long high, long low) {
    int group = groups[list];
    return same(index.first(hash(group, high, low)), group, high, low);
  }

  /** The next entry of the same address in the same group, or -1. */
  int next(int entry) {
    int group = groups[lists[entry]];
    long high = highs[entry];
    long low = lows[entry];
    return same(index.next(entry, hash(group, high, low)), group, high, low);
  }

  private int same(int first, int group, long high, long low) {
    int entry = first;
    while (entry >= 0
        && (lows[entry] != low || highs[entry] != high || groups[lists[entry]] != group)) {
      entry = index.next(entry, hash(group, high, low));
    }
    return entry;
  }

  int list(int entry) {
    return lists[entry];
  }

  long time(int entry) {
    return times[entry];
  }

  /** The entry of an address in a list, or -1. */
  int find(int list, long high, long low) {
    int entry = first(list, high, low);
    while (entry >= 0 && lists[entry] != list) {
      entry = next(entry);
    }
    return entry;
  }

  void seen(int list, long high, long low, long time) {
    int entry = find(list, high, low);
    if (entry < 0) {
      if (freeCount == 0) {
        forget(stalest());
      }
      entry = free[--freeCount];
      lists[entry] = list;
      highs[entry] = high;
      lows[entry] = low;
      link(entry);
    }
    times[entry] = time;
  }

  private int stalest() {
    int stalest = hand;
    for (int i = 0; i < SAMPLES; i++) {
      hand = hand + 1 == lists.length ? 0 : hand + 1;
      if (times[hand] < times[stalest]) {
        stalest = hand;
      }
    }
    hand = hand + 1 == lists.length ? 0 : hand + 1;
    return stalest;
  }

  private void link(int entry) {
    index.add(hash(groups[lists[entry]], highs[entry], lows[entry]), entry);
  }

  void forget(int entry) {
    index.remove(hash(groups[lists[entry]], highs[entry], lows[entry]), entry);
    lists[entry] = -1;
    free[freeCount++] = entry;
  }

  private static long hash(int group, long high, long low) {
    return Hashing.then(Hashing.then(Hashing.of(low), high), group);
  }
}

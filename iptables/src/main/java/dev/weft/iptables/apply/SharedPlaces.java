package dev.weft.iptables.apply;

import dev.weft.iptables.compile.PortRules;
import dev.weft.iptables.compile.SharedChain;
import dev.weft.services.ServedPort;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ObjIntConsumer;

/**
 * Which ports are served, in the order in which they stand in the chains that all share, and how
 * many rules each has there: enough to know the place of a rule in a chain of thousands.
 */
final class SharedPlaces {
  /** Keys are compared by what names a port, not by what is served there. */
  private final TreeMap<ServedPort, Entry> entries = new TreeMap<>();

  private static final class Entry {
    private final ServedPort port;
    private final Map<SharedChain, Integer> rules = new EnumMap<>(SharedChain.class);

    Entry(ServedPort port) {
      this.port = port;
    }
  }

  void clear() {
    entries.clear();
  }

  int size() {
    return entries.size();
  }

  /** The port that is served under this one's name. */
  Optional<ServedPort> get(ServedPort name) {
    return Optional.ofNullable(entries.get(name)).map(entry -> entry.port);
  }

  Iterable<ServedPort> all() {
    return entries.keySet();
  }

  void remove(ServedPort name) {
    entries.remove(name);
  }

  /** Serves a port from now on, with so many rules in each chain. */
  void put(ServedPort port, PortRules rules) {
    Entry entry = new Entry(port);
    for (SharedChain chain : SharedChain.values()) {
      entry.rules.put(chain, rules.in(chain).size());
    }
    entries.remove(port); // a map keeps the key that it has
    entries.put(port, entry);
  }

  /** Tells each port with the place of its first rule in a chain, from 1, in order. */
  void places(SharedChain chain, ObjIntConsumer<ServedPort> hear) {
    int place = 1;
    for (Entry entry : entries.values()) {
      hear.accept(entry.port, place);
      place += entry.rules.getOrDefault(chain, 0);
    }
  }
}

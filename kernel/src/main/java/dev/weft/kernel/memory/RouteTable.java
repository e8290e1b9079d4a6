package dev.weft.kernel.memory;

import dev.weft.kernel.Errno;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.Route;
import dev.weft.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** The routes of one namespace, all tables together, in the order in which they were added. */
final class RouteTable {
  private final List<Entry> entries = new ArrayList<>();

  /** A route with its device. */
  record Entry(Device device, Route route) {
    boolean isV4() {
      return route.destination().address().isV4();
    }

    /** Whether Linux takes both for the same route. */
    boolean sharesKeyWith(Entry other) {
      return route.destination().equals(other.route.destination())
          && route.table() == other.route.table()
          && route.priority() == other.route.priority();
    }

    boolean is(Route wanted) {
      return route.destination().equals(wanted.destination())
          && route.table() == wanted.table()
          && (wanted.linkIndex() == 0 || route.linkIndex() == wanted.linkIndex())
          && (wanted.gateway().isEmpty() || route.gateway().equals(wanted.gateway()))
          && (wanted.priority() == 0 || route.priority() == wanted.priority());
    }
  }

  List<Entry> all() {
    return List.copyOf(entries);
  }

  void add(Entry added) {
    for (Entry entry : entries) {
      if (entry.sharesKeyWith(added)) {
        throw new KernelException(
            Errno.EEXIST,
            "Table "
                + added.route.table()
                + " has a route to "
                + added.route.destination()
                + " with priority "
                + added.route.priority()
                + " already.");
      }
    }
    entries.add(added);
  }

  /** Adds it beside routes that Linux would call the same, as it does with its own. */
  void append(Entry added) {
    entries.add(added);
  }

  void replace(Entry added) {
    for (int i = 0; i < entries.size(); i++) {
      if (entries.get(i).sharesKeyWith(added)) {
        entries.set(i, added);
        return;
      }
    }
    entries.add(added);
  }

  void remove(Route wanted) {
    Routing.requireNoHostBitsInV4(wanted);
    Optional<Entry> best = Optional.empty();
    for (Entry entry : entries) {
      if (entry.is(wanted) && (best.isEmpty() || isBefore(entry, best.get()))) {
        best = Optional.of(entry);
      }
    }
    entries.remove(
        best.orElseThrow(
            () ->
                new KernelException(
                    Errno.ESRCH,
                    "Table "
                        + wanted.table()
                        + " has no such route to "
                        + wanted.destination()
                        + ".")));
  }

  void removeIf(Predicate<Entry> unwanted) {
    entries.removeIf(unwanted);
  }

  void replaceIf(Predicate<Entry> wanted, UnaryOperator<Route> change) {
    entries.replaceAll(
        entry -> wanted.test(entry) ? new Entry(entry.device, change.apply(entry.route)) : entry);
  }

  /** The longest prefix in this table that contains the address; the lowest priority decides. */
  Optional<Entry> lookup(int table, IpAddress address, Predicate<Entry> usable) {
    Optional<Entry> best = Optional.empty();
    for (Entry entry : entries) {
      if (entry.route.table() == table
          && entry.route.destination().contains(address)
          && usable.test(entry)
          && (best.isEmpty() || isBetter(entry, best.get()))) {
        best = Optional.of(entry);
      }
    }
    return best;
  }

  private static boolean isBetter(Entry entry, Entry other) {
    int length = entry.route.destination().length();
    int otherLength = other.route.destination().length();
    return length != otherLength ? length > otherLength : isBefore(entry, other);
  }

  private static boolean isBefore(Entry entry, Entry other) {
    return entry.route.priority() < other.route.priority();
  }
}

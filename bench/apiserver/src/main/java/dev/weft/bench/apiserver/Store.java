package dev.weft.bench.apiserver;

import dev.weft.json.Json;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** All objects, what happened to them, and who watches. Its lock is itself. */
final class Store {
  /** How many changes of a kind are remembered for those who watch from an earlier version on. */
  private static final int HISTORY = 100_000;

  private final Map<ApiKind, Shelf> shelves = new EnumMap<>(ApiKind.class);
  private long version = 1;

  /** One kind. */
  private static final class Shelf {
    final TreeMap<String, Stored> objects = new TreeMap<>();
    final Deque<Happening> history = new ArrayDeque<>();
    final Set<Watch> watches = new HashSet<>();

    /** The latest version that is forgotten: one can watch from it on, but not from before. */
    long forgotten;
  }

  /**
   * One change.
   *
   * @param after nothing if the object was deleted
   */
  record Happening(long version, Optional<Stored> before, Optional<Stored> after) {}

  /** Somebody who wants to know. Called under the lock. */
  interface Watch {
    void happened(Happening happening);

    /** What came at once is complete. */
    void flush();

    void bookmark(long version, boolean initialEnd);

    void fail(Fault fault);
  }

  Store() {
    for (ApiKind kind : ApiKind.values()) {
      shelves.put(kind, new Shelf());
    }
  }

  private Shelf shelf(ApiKind kind) {
    Shelf shelf = shelves.get(kind);
    if (shelf == null) {
      throw new IllegalStateException("no shelf for " + kind);
    }
    return shelf;
  }

  synchronized long version() {
    return version;
  }

  synchronized void put(Collection<Json.Obj> objects) {
    Set<Shelf> changed = new HashSet<>();
    for (Json.Obj object : objects) {
      String name = Stored.word(object, "kind");
      ApiKind kind =
          ApiKind.of(name)
              .orElseThrow(() -> new IllegalArgumentException("the server knows no kind " + name));
      Shelf shelf = shelf(kind);
      Stored after = Stored.of(kind, object, ++version);
      Optional<Stored> before = Optional.ofNullable(shelf.objects.put(key(object), after));
      add(shelf, new Happening(version, before, Optional.of(after)));
      changed.add(shelf);
    }
    changed.forEach(shelf -> shelf.watches.forEach(Watch::flush));
  }

  synchronized boolean delete(ApiKind kind, String namespace, String name) {
    Shelf shelf = shelf(kind);
    Stored before = shelf.objects.remove(namespace + "/" + name);
    if (before == null) {
      return false;
    }
    Stored last = Stored.of(kind, before.object(), ++version);
    add(shelf, new Happening(version, Optional.of(last), Optional.empty()));
    shelf.watches.forEach(Watch::flush);
    return true;
  }

  private static String key(Json.Obj object) {
    Json.Obj metadata = Stored.metadata(object);
    return Stored.word(metadata, "namespace") + "/" + Stored.word(metadata, "name");
  }

  private static void add(Shelf shelf, Happening happening) {
    shelf.history.addLast(happening);
    if (shelf.history.size() > HISTORY) {
      shelf.forgotten = shelf.history.removeFirst().version();
    }
    shelf.watches.forEach(watch -> watch.happened(happening));
  }

  synchronized Optional<Stored> get(ApiKind kind, String namespace, String name) {
    return Optional.ofNullable(shelf(kind).objects.get(namespace + "/" + name));
  }

  /** What there is, and the version of it all. */
  record Snapshot(List<Stored> objects, long version) {}

  synchronized Snapshot list(ApiKind kind, Selector selector) {
    List<Stored> objects = new ArrayList<>();
    for (Stored stored : shelf(kind).objects.values()) {
      if (selector.matches(stored)) {
        objects.add(stored);
      }
    }
    return new Snapshot(objects, version);
  }

  /**
   * Begins to watch.
   *
   * @param from tell what happened after this version; 0 to tell of all objects first
   * @param markInitial whether a bookmark shall follow the first objects
   * @return false if what happened since is forgotten
   */
  synchronized boolean watch(ApiKind kind, long from, boolean markInitial, Watch watch) {
    Shelf shelf = shelf(kind);
    if (from > 0 && from < shelf.forgotten) {
      return false;
    }
    if (from == 0) {
      for (Stored stored : shelf.objects.values()) {
        watch.happened(new Happening(stored.version(), Optional.empty(), Optional.of(stored)));
      }
    } else {
      for (Happening happening : shelf.history) {
        if (happening.version() > from) {
          watch.happened(happening);
        }
      }
    }
    if (markInitial) {
      watch.bookmark(version, true);
    }
    watch.flush();
    shelf.watches.add(watch);
    return true;
  }

  synchronized void leave(ApiKind kind, Watch watch) {
    shelf(kind).watches.remove(watch);
  }

  /** All that happened is forgotten, as by compaction. */
  synchronized void forget() {
    version++;
    for (Shelf shelf : shelves.values()) {
      shelf.history.clear();
      shelf.forgotten = version;
    }
  }

  synchronized void bookmark() {
    shelves.values().forEach(s -> s.watches.forEach(watch -> watch.bookmark(version, false)));
  }

  synchronized int watches() {
    return shelves.values().stream().mapToInt(shelf -> shelf.watches.size()).sum();
  }

  synchronized void fail(Fault fault) {
    shelves.values().forEach(s -> List.copyOf(s.watches).forEach(watch -> watch.fail(fault)));
  }
}

package dev.weft.iptables.engine.compiled;

import dev.weft.iptables.ruleset.Rule;
import dev.weft.net.IpFamily;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A {@link Dispatch} while its rules are written. */
final class DispatchDraft {
  private final int number;
  private final int end;
  private final Map<Shape, Map<Long, Bucket>> byShape = new LinkedHashMap<>();
  private final List<Bucket> buckets = new ArrayList<>();

  /** A rule of the run; the position counts within the chain, from 0. */
  record Entry(int position, Rule rule, Shape.Named named) {}

  /** Rules that the same packets may meet. */
  static final class Bucket {
    private final List<Entry> entries = new ArrayList<>(1);

    /** Position and place by turns, in the order of the rules; as they are written. */
    private final CodeBuffer places = new CodeBuffer(2);

    List<Entry> entries() {
      return entries;
    }

    void isAt(Entry entry, int place) {
      places.add(entry.position());
      places.add(place);
    }
  }

  /**
   * A run.
   *
   * @param end where packets go on that no rule has kept
   */
  DispatchDraft(int number, int end, List<Rule> chain, Segment segment, IpFamily family) {
    this.number = number;
    this.end = end;
    for (int position = segment.from(); position < segment.to(); position++) {
      Rule rule = chain.get(position);
      Shape.Named named = Shape.Named.of(rule, family).orElseThrow();
      byShape
          .computeIfAbsent(named.shape(), _ -> new HashMap<>())
          .computeIfAbsent(named.key(), _ -> newBucket())
          .entries
          .add(new Entry(position, rule, named));
    }
  }

  private Bucket newBucket() {
    Bucket bucket = new Bucket();
    buckets.add(bucket);
    return bucket;
  }

  int number() {
    return number;
  }

  int end() {
    return end;
  }

  /** Whether the next rule is in the same bucket, wherever it is. */
  boolean isOfOneShape() {
    return byShape.size() == 1;
  }

  /** In the order of their first rules. */
  List<Bucket> buckets() {
    return buckets;
  }

  /** The tables, once all rules have their places. */
  Dispatch finish(CodeBuffer code) {
    List<int[]> several = new ArrayList<>();
    List<PlaceTable> tables = new ArrayList<>();
    for (Map<Long, Bucket> ofShape : byShape.values()) {
      Map<Long, Integer> places = HashMap.newHashMap(ofShape.size());
      ofShape.forEach(
          (key, bucket) -> {
            int[] rules = bucket.places.toArray();
            places.put(key, rules[1]);
            if (!isOfOneShape() && rules.length > 2) {
              several.add(rules);
              code.set(rules[1] - 3, -several.size());
            }
          });
      tables.add(new PlaceTable(places, code.size()));
    }
    return new Dispatch(List.copyOf(byShape.keySet()), tables, several, end);
  }
}

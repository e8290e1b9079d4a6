package dev.weft.agent;

import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** What has become of the calls that were brought here. Told and asked by any thread. */
final class CallStatistics {
  private static final Set<String> VERBS = Set.of("ADD", "DEL", "CHECK", "GC", "STATUS", "VERSION");

  /** What is counted together. Names are words from outside: there could be any number of them. */
  private static final int KINDS_LIMIT = 64;

  private static final int NAME_LIMIT = 32;
  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-";
  private static final String OTHER = "other";

  private final Map<Kind, Tally> tallies = new HashMap<>();
  private long declined;
  private long refused;
  private long abandoned;

  private record Kind(String plugin, String verb) {}

  private static final class Tally {
    final SortedMap<Integer, Long> errors = new TreeMap<>();
    final Durations took = new Durations();
    final Durations waited = new Durations();
  }

  /**
   * Calls of one plugin with one verb.
   *
   * @param errors how many failed with each code of CNI
   * @param took from when the whole call was here until there was its answer
   * @param waited the part of that before somebody worked on it
   */
  record Operation(
      String plugin,
      String verb,
      SortedMap<Integer, Long> errors,
      Durations.Summary took,
      Durations.Summary waited) {

    long failed() {
      return errors.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /**
   * Everything up to a moment.
   *
   * @param operations by plugin and verb
   * @param declined launchers that were sent their other way, which needs no agent
   * @param refused calls that were told to come again, for too many waited
   * @param abandoned calls whose launcher was gone before it had its answer
   */
  record Snapshot(List<Operation> operations, long declined, long refused, long abandoned) {}

  synchronized void served(ServedCall served) {
    Tally tally = tally(served.call());
    tally.took.add(served.tookNanos());
    tally.waited.add(served.waitedNanos());
    if (served.failure().isPresent()) {
      tally.errors.merge(served.failure().get().code(), 1L, Long::sum);
    }
  }

  synchronized void declined() {
    declined++;
  }

  synchronized void refused() {
    refused++;
  }

  synchronized void abandoned() {
    abandoned++;
  }

  synchronized Snapshot snapshot() {
    List<Operation> operations =
        tallies.entrySet().stream()
            .map(each -> operation(each.getKey(), each.getValue()))
            .sorted(Comparator.comparing(Operation::plugin).thenComparing(Operation::verb))
            .toList();
    return new Snapshot(operations, declined, refused, abandoned);
  }

  private static Operation operation(Kind kind, Tally tally) {
    return new Operation(
        kind.plugin,
        kind.verb,
        Collections.unmodifiableSortedMap(new TreeMap<>(tally.errors)),
        tally.took.summary(),
        tally.waited.summary());
  }

  private Tally tally(Call call) {
    String plugin = isName(call.plugin()) ? call.plugin() : OTHER;
    String verb = VERBS.contains(call.command()) ? call.command() : OTHER;
    Kind kind = new Kind(plugin, verb);
    if (!tallies.containsKey(kind) && tallies.size() >= KINDS_LIMIT) {
      kind = new Kind(OTHER, OTHER);
    }
    return tallies.computeIfAbsent(kind, _ -> new Tally());
  }

  private static boolean isName(String text) {
    return !text.isEmpty()
        && text.length() <= NAME_LIMIT
        && text.chars().allMatch(c -> LETTERS.indexOf(c) >= 0);
  }
}

package dev.weft.iptables.apply;

import dev.weft.iptables.ruleset.TableName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Changes of one table in the language of {@code iptables-restore --noflush}. Chains are declared
 * first, so that rules may lead to them in any order, and deleted last, when nothing leads there
 * any more.
 */
final class RestoreInput {
  private final TableName table;
  private final List<String> declarations = new ArrayList<>();
  private final List<String> jumps = new ArrayList<>();
  private final List<String> changes = new ArrayList<>();
  private final List<String> deletions = new ArrayList<>();

  RestoreInput(TableName table) {
    this.table = table;
  }

  TableName table() {
    return table;
  }

  /** Makes a chain, or empties it if it stands, and gives it these rules. */
  void rewrite(String chain, Collection<String> rules) {
    declarations.add(":" + chain + " - [0:0]");
    rules.forEach(rule -> changes.add("-A " + chain + with(rule)));
  }

  /** Removes a chain that nothing will lead to. */
  void remove(String chain) {
    declarations.add(":" + chain + " - [0:0]");
    deletions.add("-X " + chain);
  }

  /** Removes the first rule of a chain that is like this. */
  void delete(String chain, String rule) {
    changes.add("-D " + chain + with(rule));
  }

  /**
   * Puts a rule into a chain.
   *
   * @param position what it shall be the how-manieth of, from 1
   */
  void insert(String chain, int position, String rule) {
    String place = position == 1 ? "" : " " + position;
    changes.add("-I " + chain + place + with(rule));
  }

  /** Removes a rule of a base chain, which the kernel may not have yet. */
  void deleteJump(String base, String rule) {
    jumps.add("-D " + base + with(rule));
  }

  /** Puts a rule into a base chain, as {@link #insert}. */
  void insertJump(String base, int position, String rule) {
    jumps.add("-I " + base + (position == 1 ? "" : " " + position) + with(rule));
  }

  private static String with(String rule) {
    return rule.isEmpty() ? "" : " " + rule;
  }

  boolean isEmpty() {
    return size() == 0;
  }

  /** How many lines of changes it has. */
  int size() {
    return declarations.size() + jumps.size() + changes.size() + deletions.size();
  }

  int chains() {
    return declarations.size();
  }

  /**
   * Appends the lines of this table, if there are any.
   *
   * @param listing whether to ask for all chains, see {@link RestoreRun}. Base chains must be used
   *     before: iptables-nft makes them when they are first used, but not once it has listed them
   */
  void writeTo(List<String> lines, boolean listing) {
    if (isEmpty()) {
      return;
    }
    lines.add("*" + table.text());
    Set<String> first = new HashSet<>();
    jumps.forEach(jump -> first.add(":" + SavedTable.target(jump) + " - [0:0]"));
    declarations.stream().filter(first::contains).forEach(lines::add);
    lines.addAll(jumps);
    if (listing) {
      lines.add("-S");
    }
    declarations.stream().filter(line -> !first.contains(line)).forEach(lines::add);
    lines.addAll(changes);
    lines.addAll(deletions);
    lines.add("COMMIT");
  }
}

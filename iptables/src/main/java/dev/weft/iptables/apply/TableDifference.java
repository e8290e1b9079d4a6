package dev.weft.iptables.apply;

import dev.weft.iptables.compile.Names;
import dev.weft.iptables.ruleset.Chain;
import dev.weft.iptables.ruleset.Table;
import dev.weft.net.IpFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What must be written for one table to be as it shall, given what the kernel has. */
final class TableDifference {
  /** From so many on, two processors write their rules faster than one. */
  private static final int MANY_CHAINS = 1000;

  private final IpFamily family;
  private final SavedTable saved;
  private final RestoreInput input;
  private final List<String> findings = new ArrayList<>();

  private TableDifference(IpFamily family, SavedTable saved) {
    this.family = family;
    this.saved = saved;
    this.input = new RestoreInput(saved.name());
  }

  /**
   * Compares.
   *
   * @param wanted in which base chains have only the jumps that are ours
   */
  static TableDifference of(IpFamily family, SavedTable saved, Table wanted, Names names) {
    TableDifference difference = new TableDifference(family, saved);
    List<Chain> chains = List.copyOf(wanted.chains().values());
    Stream<Chain> all = chains.size() > MANY_CHAINS ? chains.parallelStream() : chains.stream();
    List<List<String>> texts = all.map(SavedTable::texts).toList();
    for (int i = 0; i < chains.size(); i++) {
      if (chains.get(i).policy().isPresent()) {
        difference.jumps(chains.get(i).name(), texts.get(i));
      } else {
        difference.chain(chains.get(i).name(), texts.get(i));
      }
    }
    difference.stale(wanted, names);
    return difference;
  }

  /** What it takes to remove all that is ours. */
  static RestoreInput removal(SavedTable saved) {
    RestoreInput input = new RestoreInput(saved.name());
    saved.jumps().forEach((base, jumps) -> jumps.forEach(jump -> input.deleteJump(base, jump)));
    saved.chains().keySet().forEach(input::remove);
    return input;
  }

  RestoreInput input() {
    return input;
  }

  /** What is otherwise than it should be, a sentence each. */
  List<String> findings() {
    return findings;
  }

  /** Whoever else put rules before ours since then has reasons; what counts is our own order. */
  private void jumps(String base, List<String> wanted) {
    List<String> there = saved.jumpsOf(base);
    if (!SavedTable.areRules(family, there, wanted)) {
      there.forEach(jump -> input.deleteJump(base, jump));
      for (int i = 0; i < wanted.size(); i++) {
        input.insertJump(base, i + 1, wanted.get(i));
      }
      found(
          there.isEmpty()
              ? "nothing led from " + base + " to our chains"
              : "what leads from " + base + " to our chains had been changed");
    }
  }

  private void chain(String chain, List<String> wanted) {
    if (!saved.has(family, chain, wanted)) {
      input.rewrite(chain, wanted);
      found(
          saved.chains().containsKey(chain)
              ? "the rules of " + chain + " had been changed"
              : "there was no chain " + chain);
    }
  }

  private void stale(Table wanted, Names names) {
    for (String chain : saved.chains().keySet()) {
      Optional<Chain> still = wanted.chain(chain);
      if (still.isEmpty() && names.isChain(chain)) {
        input.remove(chain);
        found("there was a chain " + chain + " that no Service asks for");
      }
    }
  }

  private void found(String what) {
    findings.add("table " + saved.name().text() + ": " + what);
  }
}

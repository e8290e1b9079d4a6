package dev.weft.iptables.apply;

import dev.weft.iptables.compile.Names;
import dev.weft.iptables.ruleset.Chain;
import dev.weft.iptables.ruleset.Table;
import dev.weft.net.IpFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What must be written for one table to be as it shall, given what the kernel has. */
final class TableDifference {
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
    for (Chain chain : wanted.chains().values()) {
      if (chain.policy().isPresent()) {
        difference.jumps(chain);
      } else {
        difference.chain(chain);
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
  private void jumps(Chain base) {
    List<String> wanted = SavedTable.texts(base);
    List<String> there = saved.jumpsOf(base.name());
    if (!SavedTable.areRules(family, there, wanted)) {
      there.forEach(jump -> input.deleteJump(base.name(), jump));
      for (int i = 0; i < wanted.size(); i++) {
        input.insertJump(base.name(), i + 1, wanted.get(i));
      }
      found(
          there.isEmpty()
              ? "nothing led from " + base.name() + " to our chains"
              : "what leads from " + base.name() + " to our chains had been changed");
    }
  }

  private void chain(Chain chain) {
    if (!saved.has(family, chain)) {
      input.rewrite(chain.name(), SavedTable.texts(chain));
      found(
          saved.chains().containsKey(chain.name())
              ? "the rules of " + chain.name() + " had been changed"
              : "there was no chain " + chain.name());
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

package dev.weft.iptables.ruleset;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One table: its base chains, which the kernel's hooks call, and chains of somebody's own, which
 * rules call.
 *
 * @param chains by name; their order has no meaning
 */
public record Table(TableName name, Map<String, Chain> chains) {

  /**
   * Copies the chains.
   *
   * @throws IllegalArgumentException if a rule leads to a chain that is not there, or to a base
   *     chain, which the kernel refuses
   */
  public Table {
    chains = Collections.unmodifiableMap(new LinkedHashMap<>(chains));
    for (Chain chain : chains.values()) {
      for (Rule rule : chain.rules()) {
        Optional<String> next = rule.target().flatMap(Table::next);
        if (next.isPresent()) {
          Chain called = chains.get(next.get());
          if (called == null || called.policy().isPresent()) {
            throw new IllegalArgumentException(
                "a rule of "
                    + chain.name()
                    + " leads to "
                    + next.get()
                    + ", which "
                    + (called == null ? "is no chain of" : "is a base chain of")
                    + " the table "
                    + name.text()
                    + "; it can lead to an own chain of the same table only");
          }
        }
      }
    }
  }

  /**
   * Chains under their own names.
   *
   * @throws IllegalArgumentException also if two have the same name
   */
  public static Table of(TableName name, Collection<Chain> chains) {
    Map<String, Chain> byName = new LinkedHashMap<>();
    for (Chain chain : chains) {
      if (byName.put(chain.name(), chain) != null) {
        throw new IllegalArgumentException(
            "the chain " + chain.name() + " is there twice; a table has it once");
      }
    }
    return new Table(name, byName);
  }

  /** A chain, or nothing if there is none of this name. */
  public Optional<Chain> chain(String chain) {
    return Optional.ofNullable(chains.get(chain));
  }

  private static Optional<String> next(Target target) {
    return switch (target) {
      case Target.Jump jump -> Optional.of(jump.chain());
      case Target.Goto jump -> Optional.of(jump.chain());
      default -> Optional.empty();
    };
  }
}

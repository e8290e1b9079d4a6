package dev.weft.iptables.ruleset;

import java.util.List;
import java.util.Optional;

/**
 * Rules that are tried in order.
 *
 * @param name up to 28 bytes, as in {@code linux/netfilter/x_tables.h}
 * @param policy of a base chain: what becomes of a packet that no rule decided. None for an own
 *     chain, whose end leads back to its caller
 */
public record Chain(String name, Optional<Policy> policy, List<Rule> rules) {

  /** What a base chain does at its end. */
  public enum Policy {
    ACCEPT,
    DROP
  }

  /**
   * Copies the rules.
   *
   * @throws IllegalArgumentException if iptables would not take the name
   */
  public Chain {
    Words.requireName("a chain", name, 28);
    if (Target.Verdict.parse(name).isPresent()) {
      throw new IllegalArgumentException("a chain cannot be named " + name + ": that is a verdict");
    }
    rules = List.copyOf(rules);
  }

  /** A chain that rules call. */
  public static Chain own(String name, List<Rule> rules) {
    return new Chain(name, Optional.empty(), rules);
  }

  /** A chain that the kernel calls, such as PREROUTING. */
  public static Chain base(String name, Policy policy, List<Rule> rules) {
    return new Chain(name, Optional.of(policy), rules);
  }
}

package dev.weft.kernel.nft;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A chain with its rules.
 *
 * @param hook where the kernel calls it; nothing for one that rules lead to
 */
public record ChainDefinition(String name, Optional<Hook> hook, List<RuleDefinition> rules) {

  /** The hooks for IP packets, with the kernel's numbers (NF_INET_*). */
  public enum Place {
    PREROUTING(0),
    INPUT(1),
    FORWARD(2),
    OUTPUT(3),
    POSTROUTING(4);

    private final int number;

    Place(int number) {
      this.number = number;
    }

    public int number() {
      return number;
    }
  }

  /** What chains do. */
  public enum Kind {
    /** Sees each packet. */
    FILTER,
    /** Sees the first packet of each connection, and translates addresses. */
    NAT
  }

  /**
   * Where the kernel calls a chain. What no rule decides is accepted.
   *
   * @param priority of several at one place the lowest comes first
   */
  public record Hook(Kind kind, Place place, int priority) {
    @Override
    public String toString() {
      return "type %s hook %s priority %d; policy accept;"
          .formatted(
              kind.name().toLowerCase(Locale.ROOT),
              place.name().toLowerCase(Locale.ROOT),
              priority);
    }
  }

  public ChainDefinition {
    rules = List.copyOf(rules);
  }

  /** A chain that the kernel calls. */
  public static ChainDefinition base(
      String name, Kind kind, Place place, int priority, RuleDefinition... rules) {
    return new ChainDefinition(name, Optional.of(new Hook(kind, place, priority)), List.of(rules));
  }

  /** A chain that rules lead to. */
  public static ChainDefinition own(String name, List<RuleDefinition> rules) {
    return new ChainDefinition(name, Optional.empty(), rules);
  }
}

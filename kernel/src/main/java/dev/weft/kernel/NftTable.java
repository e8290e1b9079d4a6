package dev.weft.kernel;

import dev.weft.net.IpFamily;
import java.util.List;
import java.util.Optional;

/**
 * A whole nftables table, as {@code nft(8)} would declare it. Names, types, comments and rules that
 * would be read as something else are refused with an {@link IllegalArgumentException}. A rule is
 * nft's own language: never put a word from outside into one.
 *
 * @param comment whose it is
 */
public record NftTable(
    Family family, String name, String comment, List<Set> sets, List<Chain> chains) {

  public NftTable {
    NftSyntax.name(name);
    NftSyntax.comment(comment);
    sets = List.copyOf(sets);
    chains = List.copyOf(chains);
  }

  /** nftables' address families, with the kernel's numbers (NFPROTO_*). */
  public enum Family {
    INET(1),
    IP(2),
    BRIDGE(7),
    IP6(10);

    private final int number;

    Family(int number) {
      this.number = number;
    }

    public int number() {
      return number;
    }

    /** The one for packets of an IP family. */
    public static Family of(IpFamily family) {
      return family == IpFamily.V4 ? IP : IP6;
    }

    /** As nft writes it: {@code inet}. */
    public String text() {
      return switch (this) {
        case INET -> "inet";
        case IP -> "ip";
        case BRIDGE -> "bridge";
        case IP6 -> "ip6";
      };
    }
  }

  /**
   * A set, or a map if it has a value type.
   *
   * @param keyType as nft writes it: {@code ipv4_addr . ipv4_addr}; or a part of a packet, {@code
   *     @nh,96,64} for the 64 bits that start 96 bits behind the network header's beginning
   * @param valueType as nft writes it, for a map
   * @param interval whether elements are ranges
   */
  public record Set(String name, String keyType, Optional<String> valueType, boolean interval) {
    public Set {
      NftSyntax.name(name);
      NftSyntax.type(keyType);
      valueType.ifPresent(NftSyntax::type);
    }
  }

  /**
   * A chain with its rules.
   *
   * @param hook as nft writes it, for a base chain: {@code type nat hook postrouting priority
   *     srcnat; policy accept}
   * @param rules as nft writes them, one each
   */
  public record Chain(String name, Optional<String> hook, List<String> rules) {
    public Chain {
      NftSyntax.name(name);
      hook.ifPresent(NftSyntax::hook);
      rules.forEach(NftSyntax::rule);
      rules = List.copyOf(rules);
    }
  }
}

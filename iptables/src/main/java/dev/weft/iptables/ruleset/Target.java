package dev.weft.iptables.ruleset;

import java.util.Optional;
import java.util.Set;

/** What is done with a packet that met a rule's matches. */
public sealed interface Target {

  /** The verdicts of the kernel itself. */
  enum Verdict implements Target {
    ACCEPT,
    DROP,
    RETURN;

    static Optional<Verdict> parse(String text) {
      for (Verdict verdict : values()) {
        if (verdict.name().equals(text)) {
          return Optional.of(verdict);
        }
      }
      return Optional.empty();
    }
  }

  /** Goes on in a chain, whose end leads back here. */
  record Jump(String chain) implements Target {}

  /** Goes on in a chain, whose end leads to where this chain's end would. */
  record Goto(String chain) implements Target {}

  /** Gives the packet the mark {@code (mark & ~mask) ^ value}. */
  record SetMark(int value, int mask) implements Target {

    /** Sets these bits and leaves the others. */
    public static SetMark bits(int bits) {
      return new SetMark(bits, bits);
    }
  }

  /** Gives the connection another destination; in nat's PREROUTING and OUTPUT. */
  record Dnat(NatRange to, boolean random, boolean persistent) implements Target {
    public Dnat(NatRange to) {
      this(to, false, false);
    }
  }

  /** How a source port is found. */
  enum PortChoice {
    /** The sender's own, or one near it if that is taken. */
    NEAR,
    /** {@code --random}: by a hash. */
    RANDOM,
    /** {@code --random-fully}: by a random number. */
    RANDOM_FULLY
  }

  /** Gives the connection another source; in nat's POSTROUTING and INPUT. */
  record Snat(NatRange to, PortChoice choice, boolean persistent) implements Target {}

  /** Gives the connection the source address of the interface that it leaves by. */
  record Masquerade(Optional<PortRange> ports, PortChoice choice) implements Target {
    public Masquerade(PortChoice choice) {
      this(Optional.empty(), choice);
    }
  }

  /** Gives the connection this node as destination. */
  record Redirect(Optional<PortRange> ports, boolean random) implements Target {}

  /**
   * Drops the packet and tells its sender.
   *
   * @param with a name of iptables, such as {@code icmp-port-unreachable} or {@code tcp-reset}
   */
  record Reject(String with) implements Target {
    public Reject {
      Words.requireName("a kind of rejection", with, 64);
    }
  }

  /** Leaves the packet out of connection tracking, as {@code CT --notrack}; in raw. */
  record NoTrack() implements Target {}

  /**
   * A target that no other type here describes exactly.
   *
   * @param text as it stands behind {@code -j}, with its options
   */
  record Opaque(String text) implements Target {
    private static final Set<String> ONLOOKERS = Set.of("LOG", "NFLOG", "TRACE");

    public Opaque {
      Words.requireLine("a target", text);
    }

    /** Whether it neither decides about a packet nor changes it, as LOG. */
    public boolean isOnlooker() {
      return ONLOOKERS.contains(text.split(" ", 2)[0]);
    }
  }
}

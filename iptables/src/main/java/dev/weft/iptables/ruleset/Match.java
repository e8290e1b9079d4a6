package dev.weft.iptables.ruleset;

import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** One condition of a rule. A negated one holds where it otherwise would not. */
public sealed interface Match {

  /** {@code -s}. */
  record Source(IpPrefix prefix, boolean negated) implements Match {
    public Source {
      Words.requireNetwork("a source", prefix);
    }

    public Source(IpPrefix prefix) {
      this(prefix, false);
    }
  }

  /** {@code -d}. */
  record Destination(IpPrefix prefix, boolean negated) implements Match {
    public Destination {
      Words.requireNetwork("a destination", prefix);
    }

    public Destination(IpPrefix prefix) {
      this(prefix, false);
    }
  }

  /**
   * {@code -i}.
   *
   * @param pattern a name, or how names begin and {@code +}
   */
  record InInterface(String pattern, boolean negated) implements Match {
    public InInterface {
      Words.requireName("an interface", pattern, 15);
    }
  }

  /** {@code -o}; the pattern as in {@link InInterface}. */
  record OutInterface(String pattern, boolean negated) implements Match {
    public OutInterface {
      Words.requireName("an interface", pattern, 15);
    }
  }

  /**
   * {@code -p}.
   *
   * @param name as iptables writes it: {@code tcp}, {@code ipv6-icmp}, or a number without a name
   */
  record Protocol(String name, boolean negated) implements Match {
    public Protocol {
      Words.requireName("a protocol", name, 32);
    }

    public Protocol(Transport transport) {
      this(transport.text(), false);
    }
  }

  /** A port that is, or is not, in a range. */
  record Port(PortRange range, boolean negated) {}

  /** {@code -m tcp}, {@code -m udp}, {@code -m sctp}, with {@code --sport} and {@code --dport}. */
  record Ports(Transport transport, Optional<Port> source, Optional<Port> destination)
      implements Match {

    /** One destination port. */
    public static Ports to(Transport transport, int port) {
      return new Ports(
          transport, Optional.empty(), Optional.of(new Port(PortRange.of(port), false)));
    }
  }

  /**
   * {@code -m multiport}.
   *
   * @param side whose port is meant; none: either's
   * @param ranges of which one must contain it
   */
  record Multiport(Optional<Side> side, List<PortRange> ranges, boolean negated) implements Match {
    public Multiport {
      ranges = List.copyOf(ranges);
      if (ranges.isEmpty()) {
        throw new IllegalArgumentException("a multiport match names no port; it needs one");
      }
    }
  }

  /** What the routing table says of an address. */
  enum Kind {
    UNSPEC,
    UNICAST,
    LOCAL,
    BROADCAST,
    ANYCAST,
    MULTICAST,
    BLACKHOLE,
    UNREACHABLE,
    PROHIBIT
  }

  /** {@code -m addrtype --src-type KIND} or {@code --dst-type KIND}. */
  record AddressType(Side side, Kind kind, boolean negated) implements Match {}

  /** {@code -m mark}: the packet's mark has this value under the mask. */
  record Mark(int value, int mask, boolean negated) implements Match {

    /** All of these bits are set. */
    public static Mark bits(int bits) {
      return new Mark(bits, bits, false);
    }
  }

  /** What connection tracking says of a packet; SNAT and DNAT of its connection. */
  enum CtState {
    INVALID,
    NEW,
    RELATED,
    ESTABLISHED,
    UNTRACKED,
    SNAT,
    DNAT
  }

  /** {@code -m conntrack --ctstate}: one of these is so. */
  record ConnectionState(Set<CtState> states, boolean negated) implements Match {
    public ConnectionState {
      if (states.isEmpty()) {
        throw new IllegalArgumentException("a ctstate match names no state; it needs one");
      }
      states = Collections.unmodifiableSet(EnumSet.copyOf(states));
    }
  }

  /**
   * {@code -m statistic --mode random}.
   *
   * @param share how many of 2^31 packets meet it: 0 to 2^31, as the kernel keeps it
   */
  record Random(long share, boolean negated) implements Match {
    private static final long ALL = 1L << 31;
    private static final int DIGITS = 11;

    public Random {
      if (share < 0 || share > ALL) {
        throw new IllegalArgumentException("a share of " + share + " is not within 0..2^31");
      }
    }

    /**
     * The share that is nearest to a probability, as iptables finds it.
     *
     * @param probability 0 to 1
     */
    public static Random of(double probability) {
      return new Random(Math.round(probability * ALL), false);
    }

    /** 0 to 1, exact. */
    public double probability() {
      return (double) share / ALL;
    }

    String text() {
      return new BigDecimal(probability()).setScale(DIGITS, RoundingMode.HALF_EVEN).toPlainString();
    }
  }

  /**
   * {@code -m recent}: what a list of the kernel remembers of an address.
   *
   * @param seconds how long ago it may have been seen; none: at any time
   * @param reap whether older entries are forgotten on the way
   * @param list 1 to 199 bytes
   * @param mask which bits of the address count
   */
  record Recent(
      Action action,
      OptionalInt seconds,
      boolean reap,
      String list,
      IpAddress mask,
      Side side,
      boolean negated)
      implements Match {

    /** What is done with the list. */
    public enum Action {
      /** Remembers the address; always holds. */
      SET,
      /** Holds if the address is remembered. */
      RCHECK,
      /** As RCHECK, and remembers it anew. */
      UPDATE,
      /** Holds if the address was remembered, and forgets it. */
      REMOVE
    }

    public Recent {
      Words.requireName("a list of recent", list, 199);
    }
  }

  /** {@code -m comment}: always holds. Up to 255 bytes. */
  record Comment(String text) implements Match {
    public Comment {
      Words.requireLine("a comment", text);
      if (text.getBytes(StandardCharsets.UTF_8).length > 255) {
        throw new IllegalArgumentException("the comment \"" + text + "\" is longer than 255 bytes");
      }
    }
  }

  /** {@code -m physdev --physdev-in}; the pattern as in {@link InInterface}. */
  record PhysicalIn(String pattern, boolean negated) implements Match {
    public PhysicalIn {
      Words.requireName("an interface", pattern, 15);
    }
  }

  /** {@code -m physdev --physdev-out}; the pattern as in {@link InInterface}. */
  record PhysicalOut(String pattern, boolean negated) implements Match {
    public PhysicalOut {
      Words.requireName("an interface", pattern, 15);
    }
  }

  /** {@code -m nfacct}: counts the packet in an object of the kernel; always holds. */
  record Accounting(String counter) implements Match {
    public Accounting {
      Words.requireName("a counter", counter, 31);
    }
  }

  /**
   * A condition that no other type here describes exactly.
   *
   * @param text with its {@code -m} or other option
   */
  record Opaque(String text) implements Match {
    public Opaque {
      Words.requireLine("a match", text);
    }
  }
}

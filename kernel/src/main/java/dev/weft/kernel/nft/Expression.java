package dev.weft.kernel.nft;

import dev.weft.net.IpFamily;
import java.util.List;
import java.util.Locale;

/** A value that a rule computes from a packet. Numbers of the kernel are in its own byte order. */
public sealed interface Expression {

  /** How long the value is, in bytes. */
  int bytes();

  /** What the kernel notes of a packet. */
  enum Meta implements Expression {
    /** Of 32 bits: for queueing disciplines. Forwarding sets it anew, by the type of service. */
    PRIORITY(4),
    /** Of 32 bits. */
    MARK(4),
    /** The protocol's number, of 8 bits. */
    L4PROTO(1),
    /** By which interface it came, 16 bytes filled up with zeros; all zeros for this node's own. */
    IIFNAME(16);

    private final int bytes;

    Meta(int bytes) {
      this.bytes = bytes;
    }

    @Override
    public int bytes() {
      return bytes;
    }

    @Override
    public String toString() {
      return "meta " + name().toLowerCase(Locale.ROOT);
    }
  }

  /** From or to where. */
  enum Side {
    SOURCE,
    DESTINATION;

    String letter() {
      return this == SOURCE ? "s" : "d";
    }
  }

  /** An address of the packet as it is now. */
  record Address(IpFamily family, Side side) implements Expression {
    @Override
    public int bytes() {
      return family.bytes();
    }

    @Override
    public String toString() {
      return (family == IpFamily.V4 ? "ip " : "ip6 ") + side.letter() + "addr";
    }
  }

  /** A port of the packet as it is now: 16 bits where TCP, UDP and SCTP have them. */
  record Port(Side side) implements Expression {
    @Override
    public int bytes() {
      return 2;
    }

    @Override
    public String toString() {
      return "th " + side.letter() + "port";
    }
  }

  /** A random number below a modulus, 32 bits. */
  record Random(int modulus) implements Expression {
    @Override
    public int bytes() {
      return 4;
    }

    @Override
    public String toString() {
      return "numgen random mod " + modulus;
    }
  }

  /** {@code (of & keep) ^ flip}, for 32 bits. */
  record Bits(Meta of, int keep, int flip) implements Expression {
    public Bits {
      if (of.bytes() != 4) {
        throw new IllegalArgumentException(of + " has " + of.bytes() + " bytes; this wants 4");
      }
    }

    /** Those of a value that a mask has. */
    public static Bits masked(Meta of, int mask) {
      return new Bits(of, mask, 0);
    }

    /** A value with these bits set. */
    public static Bits with(Meta of, int bits) {
      return new Bits(of, ~bits, bits);
    }

    @Override
    public int bytes() {
      return 4;
    }

    @Override
    public String toString() {
      if (flip != 0 && keep == ~flip) {
        return of + " | " + hexadecimal(flip);
      }
      String masked = of + " & " + hexadecimal(keep);
      return flip == 0 ? masked : "(" + masked + ") ^ " + hexadecimal(flip);
    }

    private static String hexadecimal(int bits) {
      return "0x%08x".formatted(bits);
    }
  }

  /** Several beside each other, as a key or a value of several parts. */
  record Joined(List<Expression> parts) implements Expression {
    public Joined {
      parts = List.copyOf(parts);
      if (parts.stream().anyMatch(Found.class::isInstance)) {
        throw new IllegalArgumentException("what was found cannot be part of a key: " + parts);
      }
    }

    public static Joined of(Expression... parts) {
      return new Joined(List.of(parts));
    }

    @Override
    public int bytes() {
      return parts.stream().mapToInt(part -> padded(part.bytes())).sum();
    }

    @Override
    public String toString() {
      return String.join(" . ", parts.stream().map(Expression::inner).toList());
    }
  }

  /**
   * What a map has for a key. If it has nothing, the rule ends there.
   *
   * @param key not itself found, nor made of what is: the kernel could do it, but nft 1.0.6 ends
   *     with a failed assertion when it lists such a rule
   */
  record Found(Expression key, SetDefinition map) implements Expression {
    public Found {
      if (!map.isMapOfValues()) {
        throw new IllegalArgumentException(map.name() + " is no map of values");
      }
    }

    @Override
    public int bytes() {
      return map.valueBytes();
    }

    @Override
    public String toString() {
      return key.inner() + " map @" + map.name();
    }
  }

  /** How many bytes a value of so many takes beside others. */
  static int padded(int bytes) {
    return (bytes + 3) & ~3;
  }

  private String inner() {
    return this instanceof Bits ? "(" + this + ")" : toString();
  }
}

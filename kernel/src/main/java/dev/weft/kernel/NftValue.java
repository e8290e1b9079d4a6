package dev.weft.kernel;

import dev.weft.net.IpAddress;
import dev.weft.net.MacAddress;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** One part of a key, or a value, in nftables' own types. */
public sealed interface NftValue {
  /** {@code ipv4_addr} or {@code ipv6_addr}. */
  record Address(IpAddress address) implements NftValue {}

  /** {@code ether_addr}. */
  record Mac(MacAddress mac) implements NftValue {}

  /** {@code ifname}. */
  record InterfaceName(String name) implements NftValue {
    public InterfaceName {
      if (name.isEmpty() || name.getBytes(StandardCharsets.UTF_8).length > 15) {
        throw new IllegalArgumentException("an interface name has 1 to 15 bytes: \"" + name + "\"");
      }
    }
  }

  /** {@code inet_proto}: an IP protocol number. */
  record Protocol(int number) implements NftValue {
    public Protocol {
      within(number, 0xFF, "an IP protocol number");
    }
  }

  /** {@code inet_service}: a port. */
  record Port(int number) implements NftValue {
    public Port {
      within(number, 0xFFFF, "a port");
    }
  }

  /** {@code mark} and other 32-bit integers in host order. */
  record Mark(int bits) implements NftValue {}

  /**
   * {@code integer}: what is read from a packet at an offset, as one number in network order. It
   * cannot be part of a concatenation.
   *
   * @param bytes how long it is, 1 to 64
   */
  record Raw(BigInteger number, int bytes) implements NftValue {
    public Raw {
      within(bytes, 64, "the length of a raw value in bytes");
      if (number.signum() < 0 || number.bitLength() > 8 * bytes) {
        throw new IllegalArgumentException(
            "a raw value of " + bytes + " bytes cannot be 0x" + number.toString(16));
      }
    }

    /** The number that these bytes are. */
    public static Raw of(byte[] bytes) {
      return new Raw(new BigInteger(1, bytes), bytes.length);
    }

    /**
     * A mark, as the kernel keeps it, and behind it an address: what ranges of both are made of.
     */
    public static Raw of(Mark mark, IpAddress address) {
      byte[] rest = address.toBytes();
      ByteBuffer bytes = ByteBuffer.allocate(4 + rest.length).order(ByteOrder.nativeOrder());
      return of(bytes.putInt(mark.bits()).put(rest).array());
    }
  }

  /** In a map to verdicts: the rest of the rules is that chain's. */
  record Goto(String chain) implements NftValue {
    public Goto {
      NftSyntax.name(chain);
    }
  }

  private static void within(int number, int max, String what) {
    if (number < 0 || number > max) {
      throw new IllegalArgumentException(what + " is within 0.." + max + ", not " + number);
    }
  }
}

package dev.weft.net;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An IPv4 or IPv6 address as a number that can be compared, counted and printed.
 *
 * <p>Text is read strictly: dotted decimal without leading zeros, or RFC 4291 section 2.2 without a
 * zone; no name is ever looked up. It is written in the canonical form of RFC 5952. An IPv4 address
 * in IPv6 form ({@code ::ffff:10.0.0.1}) is read as the IPv4 address, as Go's {@code net.ParseIP}
 * does. {@code high} is zero and {@code low} below 2^32 for IPv4.
 */
public record IpAddress(IpFamily family, long high, long low) implements Comparable<IpAddress> {
  private static final long V4_MASK = 0xFFFF_FFFFL;

  public IpAddress {
    if (family == IpFamily.V4 && (high != 0 || (low & ~V4_MASK) != 0)) {
      throw new IllegalArgumentException("an IPv4 address has 32 bits");
    }
  }

  /** The address 0.0.0.0 or ::. */
  public static IpAddress zero(IpFamily family) {
    return new IpAddress(family, 0, 0);
  }

  /** Reads an address of 4 or 16 bytes in network order. */
  public static IpAddress of(byte[] bytes) {
    return switch (bytes.length) {
      case 4 -> new IpAddress(IpFamily.V4, 0, bigEndian(bytes, 0, 4));
      case 16 -> new IpAddress(IpFamily.V6, bigEndian(bytes, 0, 8), bigEndian(bytes, 8, 8));
      default -> throw new IllegalArgumentException("an address has 4 or 16 bytes");
    };
  }

  /**
   * Reads an address that is known to be well-formed.
   *
   * @throws IllegalArgumentException if it is not
   */
  public static IpAddress of(String text) {
    return parse(text)
        .orElseThrow(() -> new IllegalArgumentException("not an IP address: " + text));
  }

  /** Reads an address, or nothing if the text is not one. */
  public static Optional<IpAddress> parse(String text) {
    return text.indexOf(':') >= 0 ? IpText.parseV6(text) : IpText.parseV4(text);
  }

  // Written out, as in every value that a plugin's process compares: the equals and hashCode that a
  // record is given are linked when they are first called, which costs a cold process 20 ms.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof IpAddress that
        && family == that.family
        && high == that.high
        && low == that.low;
  }

  @Override
  public int hashCode() {
    return 31 * Long.hashCode(high) + Long.hashCode(low);
  }

  /** The bytes in network order: 4 or 16. */
  public byte[] toBytes() {
    byte[] bytes = new byte[family.bytes()];
    long word = low;
    for (int i = bytes.length - 1; i >= 0; i--) {
      bytes[i] = (byte) word;
      word = i == 8 ? high : word >>> 8;
    }
    return bytes;
  }

  /** The same address for the JDK's own classes. */
  public InetAddress toInetAddress() {
    try {
      return InetAddress.getByAddress(toBytes());
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  public boolean isV4() {
    return family == IpFamily.V4;
  }

  public boolean isV6() {
    return family == IpFamily.V6;
  }

  /** The address that lies {@code distance} after this one; wraps at the end of the family. */
  public IpAddress plus(long distance) {
    if (isV4()) {
      return new IpAddress(family, 0, (low + distance) & V4_MASK);
    }
    long sum = low + distance;
    boolean carry = distance >= 0 && Long.compareUnsigned(sum, low) < 0;
    boolean borrow = distance < 0 && Long.compareUnsigned(sum, low) > 0;
    return new IpAddress(family, high + (carry ? 1 : 0) - (borrow ? 1 : 0), sum);
  }

  /** How many addresses lie between: {@code this - other}, exactly. */
  public BigInteger minus(IpAddress other) {
    return new BigInteger(1, toBytes()).subtract(new BigInteger(1, other.toBytes()));
  }

  public boolean isLoopback() {
    return isV4() ? low >>> 24 == 127 : high == 0 && low == 1;
  }

  public boolean isMulticast() {
    return isV4() ? low >>> 28 == 0xE : high >>> 56 == 0xFF;
  }

  /** True for 169.254.0.0/16 and fe80::/10. */
  public boolean isLinkLocal() {
    return isV4() ? low >>> 16 == 0xA9FE : high >>> 54 == 0xFE80 >>> 6;
  }

  public boolean isUnspecified() {
    return high == 0 && low == 0;
  }

  /** IPv4 before IPv6, then by number. */
  @Override
  public int compareTo(IpAddress other) {
    int byFamily = family.compareTo(other.family);
    int byHigh = byFamily != 0 ? byFamily : Long.compareUnsigned(high, other.high);
    return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
  }

  @Override
  public String toString() {
    return isV4() ? IpText.formatV4(low) : IpText.formatV6(toBytes());
  }

  private static long bigEndian(byte[] bytes, int from, int length) {
    long word = 0;
    for (int i = from; i < from + length; i++) {
      word = word << 8 | (bytes[i] & 0xFF);
    }
    return word;
  }
}

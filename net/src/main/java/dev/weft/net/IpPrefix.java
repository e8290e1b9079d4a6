package dev.weft.net;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An address with a prefix length, as in {@code 10.1.0.5/16}: an interface address when it has host
 * bits, a network when it has none ({@link #isNetwork}).
 *
 * @param length 0 to 32 or 128
 */
public record IpPrefix(IpAddress address, int length) implements Comparable<IpPrefix> {

  public IpPrefix {
    if (length < 0 || length > address.family().bits()) {
      throw new IllegalArgumentException(
          "prefix length " + length + " is not within 0.." + address.family().bits());
    }
  }

  /**
   * Reads {@code address/length} that is known to be well-formed.
   *
   * @throws IllegalArgumentException if it is not
   */
  public static IpPrefix of(String text) {
    return parse(text).orElseThrow(() -> new IllegalArgumentException("not an IP prefix: " + text));
  }

  /** Reads {@code address/length}, or nothing if the text is not that. Host bits are kept. */
  public static Optional<IpPrefix> parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return Optional.empty();
    }
    String length = text.substring(slash + 1);
    boolean decimal =
        !length.isEmpty()
            && length.length() <= 3
            && length.chars().allMatch(c -> c >= '0' && c <= '9')
            && (length.length() == 1 || length.charAt(0) != '0');
    return decimal
        ? IpAddress.parse(text.substring(0, slash))
            .filter(address -> Integer.parseInt(length) <= address.family().bits())
            .map(address -> new IpPrefix(address, Integer.parseInt(length)))
        : Optional.empty();
  }

  /** The address alone: {@code /32} or {@code /128}. */
  public static IpPrefix host(IpAddress address) {
    return new IpPrefix(address, address.family().bits());
  }

  /** {@code 0.0.0.0/0} or {@code ::/0}. */
  public static IpPrefix everything(IpFamily family) {
    return new IpPrefix(IpAddress.zero(family), 0);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof IpPrefix that && length == that.length && address.equals(that.address);
  }

  @Override
  public int hashCode() {
    return 31 * address.hashCode() + length;
  }

  public IpFamily family() {
    return address.family();
  }

  /** The same prefix without host bits. */
  public IpPrefix network() {
    return new IpPrefix(first(), length);
  }

  /** True if no bit is set behind the prefix. */
  public boolean isNetwork() {
    return first().equals(address);
  }

  /** The lowest address of the network: all host bits 0. */
  public IpAddress first() {
    return new IpAddress(family(), address.high() & highMask(), address.low() & lowMask());
  }

  /** The highest address of the network: all host bits 1; in IPv4 the broadcast address. */
  public IpAddress last() {
    long familyMask = family() == IpFamily.V4 ? 0xFFFF_FFFFL : -1L;
    long highHost = family() == IpFamily.V4 ? 0 : ~highMask();
    return new IpAddress(
        family(), address.high() | highHost, (address.low() | ~lowMask()) & familyMask);
  }

  /** The netmask as an address, such as 255.255.0.0. */
  public IpAddress mask() {
    long familyMask = family() == IpFamily.V4 ? 0xFFFF_FFFFL : -1L;
    return new IpAddress(
        family(), family() == IpFamily.V4 ? 0 : highMask(), lowMask() & familyMask);
  }

  public boolean contains(IpAddress other) {
    return other.family() == family()
        && ((other.high() ^ address.high()) & highMask()) == 0
        && ((other.low() ^ address.low()) & lowMask()) == 0;
  }

  public boolean overlaps(IpPrefix other) {
    return length <= other.length ? contains(other.address) : other.contains(address);
  }

  /** By address, then the wider first. */
  @Override
  public int compareTo(IpPrefix other) {
    int byAddress = address.compareTo(other.address);
    return byAddress != 0 ? byAddress : Integer.compare(length, other.length);
  }

  @Override
  public String toString() {
    return address + "/" + length;
  }

  private long highMask() {
    return family() == IpFamily.V4 ? 0 : ones(Math.min(length, 64));
  }

  private long lowMask() {
    return family() == IpFamily.V4
        ? (ones(32 + length) & 0xFFFF_FFFFL) | 0xFFFF_FFFF_0000_0000L
        : ones(Math.max(length - 64, 0));
  }

  /** The {@code count} highest bits of a word, 0 to 64. */
  private static long ones(int count) {
    return count == 0 ? 0 : -1L << (64 - count);
  }
}

package dev.weft.net;

import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A 48-bit Ethernet address (IEEE 802), in the low bits of {@code value}. */
public record MacAddress(long value) {
  private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

  public MacAddress {
    if (value >>> 48 != 0) {
      throw new IllegalArgumentException("a MAC address has 48 bits");
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof MacAddress that && value == that.value;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(value);
  }

  /** Reads six bytes in the order they are sent. */
  public static MacAddress of(byte[] bytes) {
    if (bytes.length != 6) {
      throw new IllegalArgumentException("a MAC address has 6 bytes");
    }
    long value = 0;
    for (byte b : bytes) {
      value = value << 8 | (b & 0xFF);
    }
    return new MacAddress(value);
  }

  /**
   * Reads an address that is known to be well-formed.
   *
   * @throws IllegalArgumentException if it is not
   */
  public static MacAddress of(String text) {
    return parse(text)
        .orElseThrow(() -> new IllegalArgumentException("not a MAC address: " + text));
  }

  /** Reads {@code 02:00:5e:10:00:01}, in any case, with colons or hyphens. */
  public static Optional<MacAddress> parse(String text) {
    String colons = text.indexOf('-') >= 0 && text.indexOf(':') < 0 ? text.replace('-', ':') : text;
    if (colons.length() != 17) {
      return Optional.empty();
    }
    try {
      return Optional.of(of(COLONS.parseHex(colons)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * Makes 48 bits an address that may stand on an interface: unicast, locally administered.
   *
   * @param bits the low 48 bits are used
   */
  public static MacAddress locallyAdministered(long bits) {
    return new MacAddress((bits & 0xFCFF_FFFF_FFFFL) | 0x0200_0000_0000L);
  }

  public byte[] toBytes() {
    byte[] bytes = new byte[6];
    for (int i = 0; i < 6; i++) {
      bytes[i] = (byte) (value >>> (40 - 8 * i));
    }
    return bytes;
  }

  /** True if an interface may bear it: not all zero and not a group address. */
  public boolean isUnicast() {
    return value != 0 && (value >>> 40 & 1) == 0;
  }

  @Override
  public String toString() {
    return COLONS.formatHex(toBytes());
  }
}

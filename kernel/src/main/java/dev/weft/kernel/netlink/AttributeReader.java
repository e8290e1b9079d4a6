package dev.weft.kernel.netlink;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads a message's body, or an attribute that holds attributes.
 *
 * <p>First the fixed part, if there is one: {@code getX(offset)} reads in it and {@link #skip}
 * passes it. Then {@link #next} steps from attribute to attribute, and the other methods read the
 * one it stands on. Whatever the bytes are, reading ends with a value or with a {@link
 * NetlinkException} that says what is malformed.
 */
public final class AttributeReader {
  /** The type without NLA_F_NESTED and NLA_F_NET_BYTEORDER. */
  static final int TYPE_MASK = 0x3FFF;

  private final byte[] bytes;
  private final int end;

  private int next;
  private int type;
  private int value;
  private int length;

  AttributeReader(byte[] bytes, int start, int end) {
    this.bytes = bytes;
    this.next = start;
    this.end = end;
  }

  int end() {
    return end;
  }

  /** The bytes that are neither passed nor read as attributes yet. */
  public int remaining() {
    return end - next;
  }

  /** A byte of the fixed part, 0 to 255, so many bytes after where reading stands. */
  public int getByte(int offset) throws NetlinkException {
    return bytes[fixed(offset, 1)] & 0xFF;
  }

  public int getShort(int offset) throws NetlinkException {
    return ByteLayout.getShort(bytes, fixed(offset, 2));
  }

  public int getShortBigEndian(int offset) throws NetlinkException {
    return ByteLayout.getShortBigEndian(bytes, fixed(offset, 2));
  }

  public int getInt(int offset) throws NetlinkException {
    return ByteLayout.getInt(bytes, fixed(offset, 4));
  }

  /** Passes the fixed part. */
  public AttributeReader skip(int count) throws NetlinkException {
    next = Math.min(end, fixed(0, count) + ((count + 3) & ~3));
    return this;
  }

  /** Takes so many bytes apart, to be read on their own, and passes them. */
  public AttributeReader take(int count) throws NetlinkException {
    AttributeReader taken = new AttributeReader(bytes, next, fixed(0, count) + count);
    skip(count);
    return taken;
  }

  /** The bytes of the fixed part from an offset, so many. */
  public byte[] getBytes(int offset, int count) throws NetlinkException {
    int start = fixed(offset, count);
    return Arrays.copyOfRange(bytes, start, start + count);
  }

  /**
   * Steps to the next attribute.
   *
   * @return false if there is none
   */
  public boolean next() throws NetlinkException {
    int left = end - next;
    if (left < 4) {
      // Fewer bytes than a header are padding: the kernel's own reader takes them so.
      return false;
    }
    int total = ByteLayout.getShort(bytes, next);
    if (total < 4 || total > left) {
      throw NetlinkException.malformed(
          "an attribute claims " + total + " bytes, " + left + " are left");
    }
    type = ByteLayout.getShort(bytes, next + 2) & TYPE_MASK;
    value = next + 4;
    length = total - 4;
    next = Math.min(end, next + ((total + 3) & ~3));
    return true;
  }

  /** The current attribute's type, without the flags in its highest bits. */
  public int type() {
    return type;
  }

  /** The length of the current attribute's value in bytes. */
  public int length() {
    return length;
  }

  public int asByte() throws NetlinkException {
    return bytes[value(1)] & 0xFF;
  }

  public int asShort() throws NetlinkException {
    return ByteLayout.getShort(bytes, value(2));
  }

  public int asShortBigEndian() throws NetlinkException {
    return ByteLayout.getShortBigEndian(bytes, value(2));
  }

  public int asInt() throws NetlinkException {
    return ByteLayout.getInt(bytes, value(4));
  }

  public int asIntBigEndian() throws NetlinkException {
    return ByteLayout.getIntBigEndian(bytes, value(4));
  }

  public long asLong() throws NetlinkException {
    return ByteLayout.getLong(bytes, value(8));
  }

  public long asLongBigEndian() throws NetlinkException {
    return ByteLayout.getLongBigEndian(bytes, value(8));
  }

  public byte[] asBytes() {
    return Arrays.copyOfRange(bytes, value, value + length);
  }

  /** A value that has so many bytes, no more and no less. */
  public byte[] asBytes(int size) throws NetlinkException {
    if (length != size) {
      throw NetlinkException.malformed(
          "attribute " + type + " has " + length + " bytes, not " + size);
    }
    return asBytes();
  }

  /** Text up to its closing zero, or all of it if it has none. */
  public String asString() {
    int textLength = 0;
    while (textLength < length && bytes[value + textLength] != 0) {
      textLength++;
    }
    return new String(bytes, value, textLength, StandardCharsets.UTF_8);
  }

  /** The attributes within the current one. */
  public AttributeReader nested() {
    return new AttributeReader(bytes, value, value + length);
  }

  private int value(int size) throws NetlinkException {
    if (length < size) {
      throw NetlinkException.malformed(
          "attribute " + type + " has " + length + " bytes, not " + size);
    }
    return value;
  }

  private int fixed(int offset, int size) throws NetlinkException {
    if (offset < 0 || size < 0 || offset > end - next - size) {
      throw NetlinkException.malformed(
          size + " bytes at " + offset + " lie beyond the " + (end - next) + " that are left");
    }
    return next + offset;
  }
}

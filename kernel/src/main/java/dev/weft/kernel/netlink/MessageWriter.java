package dev.weft.kernel.netlink;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes one message: a header, the family's own fixed part, then attributes, which may hold
 * attributes themselves.
 *
 * <p>The fixed part is written first with {@code putX}. Attributes follow, each padded to four
 * bytes; {@link #begin} and {@link #end} enclose those that belong to another. Numbers are in the
 * machine's byte order except where a name says {@code BigEndian}.
 */
public final class MessageWriter {
  static final int HEADER = 16;

  /** Marks a request; the socket sets it. */
  public static final int NLM_F_REQUEST = 0x1;

  /** Asks for an answer also if all went well; the socket sets it. */
  public static final int NLM_F_ACK = 0x4;

  /** Asks for all objects; the socket sets it. */
  public static final int NLM_F_DUMP = 0x300;

  /** Puts the object in the place of one that stands. */
  public static final int NLM_F_REPLACE = 0x100;

  /** Fails if the object stands. */
  public static final int NLM_F_EXCL = 0x200;

  /** Makes the object if it does not stand. */
  public static final int NLM_F_CREATE = 0x400;

  /** Puts the object after those that stand. */
  public static final int NLM_F_APPEND = 0x800;

  private static final int NLA_F_NESTED = 0x8000;
  private static final int MAX_ATTRIBUTE = 0xFFFF;

  private byte[] bytes;
  private int length = HEADER;

  /**
   * Starts a message.
   *
   * @param type of the family, such as RTM_NEWLINK
   * @param flags of {@code NLM_F_*}
   */
  public MessageWriter(int type, int flags) {
    bytes = new byte[256];
    ByteLayout.putShort(bytes, 4, type);
    ByteLayout.putShort(bytes, 6, flags);
  }

  public MessageWriter putByte(int value) {
    bytes[advance(1)] = (byte) value;
    return this;
  }

  public MessageWriter putShort(int value) {
    int at = advance(2);
    ByteLayout.putShort(bytes, at, value);
    return this;
  }

  public MessageWriter putShortBigEndian(int value) {
    int at = advance(2);
    ByteLayout.putShortBigEndian(bytes, at, value);
    return this;
  }

  public MessageWriter putInt(int value) {
    int at = advance(4);
    ByteLayout.putInt(bytes, at, value);
    return this;
  }

  public MessageWriter putIntBigEndian(int value) {
    int at = advance(4);
    ByteLayout.putIntBigEndian(bytes, at, value);
    return this;
  }

  /** An attribute whose presence is all it says. */
  public MessageWriter flag(int type) {
    header(type, 0);
    return this;
  }

  public MessageWriter attributeByte(int type, int value) {
    int at = header(type, 1);
    bytes[at] = (byte) value;
    return this;
  }

  public MessageWriter attributeShort(int type, int value) {
    int at = header(type, 2);
    ByteLayout.putShort(bytes, at, value);
    return this;
  }

  public MessageWriter attributeShortBigEndian(int type, int value) {
    int at = header(type, 2);
    ByteLayout.putShortBigEndian(bytes, at, value);
    return this;
  }

  public MessageWriter attributeInt(int type, int value) {
    int at = header(type, 4);
    ByteLayout.putInt(bytes, at, value);
    return this;
  }

  public MessageWriter attributeIntBigEndian(int type, int value) {
    int at = header(type, 4);
    ByteLayout.putIntBigEndian(bytes, at, value);
    return this;
  }

  public MessageWriter attributeLong(int type, long value) {
    int at = header(type, 8);
    ByteLayout.putLong(bytes, at, value);
    return this;
  }

  public MessageWriter attributeLongBigEndian(int type, long value) {
    int at = header(type, 8);
    ByteLayout.putLongBigEndian(bytes, at, value);
    return this;
  }

  public MessageWriter attribute(int type, byte[] value) {
    int at = header(type, value.length);
    System.arraycopy(value, 0, bytes, at, value.length);
    return this;
  }

  /** Text in UTF-8 with the zero that ends it in C. */
  public MessageWriter attribute(int type, String text) {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    int at = header(type, encoded.length + 1);
    System.arraycopy(encoded, 0, bytes, at, encoded.length);
    return this;
  }

  /** Bytes of a fixed part, or of an attribute that is no list of attributes. */
  public MessageWriter put(byte[] value) {
    int at = advance(value.length);
    System.arraycopy(value, 0, bytes, at, value.length);
    return this;
  }

  /**
   * Opens an attribute that holds attributes, marked NLA_F_NESTED.
   *
   * @return what {@link #end} closes it by
   */
  public int begin(int type) {
    return beginUnmarked(type | NLA_F_NESTED);
  }

  /** Opens an attribute for what is no list of attributes, or for families that know no mark. */
  public int beginUnmarked(int type) {
    int start = length;
    header(type, 0);
    return start;
  }

  /** Closes the attribute that {@link #begin} opened, and pads it. */
  public MessageWriter end(int start) {
    setLength(start, length - start);
    advance(-length & 3);
    return this;
  }

  /** Adds flags to those that it has. */
  public MessageWriter flags(int added) {
    ByteLayout.putShort(bytes, 6, flags() | added);
    return this;
  }

  /** How long the message is by now, in bytes. */
  public int length() {
    return length;
  }

  int type() {
    return ByteLayout.getShort(bytes, 4);
  }

  int flags() {
    return ByteLayout.getShort(bytes, 6);
  }

  /** The type of the attribute that starts at an offset of the message, or -1 if none can. */
  int attributeTypeAt(int offset) {
    return offset >= HEADER && offset <= length - 4
        ? ByteLayout.getShort(bytes, offset + 2) & AttributeReader.TYPE_MASK
        : -1;
  }

  /** The message as it is sent; the array may be longer than the message. */
  byte[] seal(int addedFlags, int sequence) {
    ByteLayout.putInt(bytes, 0, length);
    ByteLayout.putShort(bytes, 6, flags() | addedFlags);
    ByteLayout.putInt(bytes, 8, sequence);
    return bytes;
  }

  /** Writes an attribute's header and returns where its value of so many bytes goes. */
  private int header(int type, int valueLength) {
    int start = advance((4 + valueLength + 3) & ~3);
    setLength(start, 4 + valueLength);
    ByteLayout.putShort(bytes, start + 2, type);
    return start + 4;
  }

  private void setLength(int start, int attributeLength) {
    if (attributeLength > MAX_ATTRIBUTE) {
      throw new IllegalArgumentException(
          "an attribute of "
              + attributeLength
              + " bytes is longer than netlink's "
              + MAX_ATTRIBUTE);
    }
    ByteLayout.putShort(bytes, start, attributeLength);
  }

  private int advance(int count) {
    int start = length;
    length += count;
    if (length > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length));
    }
    return start;
  }
}

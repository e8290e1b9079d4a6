package dev.weft.kernel.netlink;

import java.nio.ByteOrder;

/** Integers in a byte array: in the machine's order, as netlink wants most, or in the network's. */
final class ByteLayout {
  private static final boolean BIG_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN;

  private ByteLayout() {}

  static int getShort(byte[] bytes, int at) {
    int value = getShortBigEndian(bytes, at);
    return BIG_ENDIAN ? value : Short.toUnsignedInt(Short.reverseBytes((short) value));
  }

  static int getShortBigEndian(byte[] bytes, int at) {
    return (bytes[at] & 0xFF) << 8 | (bytes[at + 1] & 0xFF);
  }

  static int getInt(byte[] bytes, int at) {
    int value = getIntBigEndian(bytes, at);
    return BIG_ENDIAN ? value : Integer.reverseBytes(value);
  }

  static int getIntBigEndian(byte[] bytes, int at) {
    return getShortBigEndian(bytes, at) << 16 | getShortBigEndian(bytes, at + 2);
  }

  static long getLong(byte[] bytes, int at) {
    long value = getLongBigEndian(bytes, at);
    return BIG_ENDIAN ? value : Long.reverseBytes(value);
  }

  static long getLongBigEndian(byte[] bytes, int at) {
    return (long) getIntBigEndian(bytes, at) << 32
        | Integer.toUnsignedLong(getIntBigEndian(bytes, at + 4));
  }

  static void putShort(byte[] bytes, int at, int value) {
    putShortBigEndian(bytes, at, BIG_ENDIAN ? value : Short.reverseBytes((short) value));
  }

  static void putShortBigEndian(byte[] bytes, int at, int value) {
    bytes[at] = (byte) (value >>> 8);
    bytes[at + 1] = (byte) value;
  }

  static void putInt(byte[] bytes, int at, int value) {
    putIntBigEndian(bytes, at, BIG_ENDIAN ? value : Integer.reverseBytes(value));
  }

  static void putIntBigEndian(byte[] bytes, int at, int value) {
    putShortBigEndian(bytes, at, value >>> 16);
    putShortBigEndian(bytes, at + 2, value);
  }

  static void putLong(byte[] bytes, int at, long value) {
    putLongBigEndian(bytes, at, BIG_ENDIAN ? value : Long.reverseBytes(value));
  }

  static void putLongBigEndian(byte[] bytes, int at, long value) {
    putIntBigEndian(bytes, at, (int) (value >>> 32));
    putIntBigEndian(bytes, at + 4, (int) value);
  }
}

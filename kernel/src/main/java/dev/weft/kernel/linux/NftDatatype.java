package dev.weft.kernel.linux;

import dev.weft.kernel.Errno;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.NftValue;
import dev.weft.net.IpAddress;
import dev.weft.net.MacAddress;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** The types of set keys and map values, with the numbers nft and libnftnl have agreed on. */
enum NftDatatype {
  /** As long as its set says, and never part of a concatenation. */
  INTEGER(4, 0),
  IPV4_ADDR(7, 4),
  IPV6_ADDR(8, 16),
  ETHER_ADDR(9, 6),
  INET_PROTO(12, 1),
  INET_SERVICE(13, 2),
  MARK(19, 4),
  IFNAME(41, 16);

  /** Bits of each part's number in the number of a concatenation; the first part is highest. */
  private static final int BITS = 6;

  /** IFNAMSIZ, with the closing zero. */
  private static final int NAME_BYTES = 16;

  private final int number;
  private final int bytes;

  NftDatatype(int number, int bytes) {
    this.number = number;
    this.bytes = bytes;
  }

  /** The parts that a set's type number stands for; nothing if one is not known here. */
  static Optional<List<NftDatatype>> parts(int number) {
    List<NftDatatype> parts = new ArrayList<>();
    for (int rest = number; rest != 0; rest >>>= BITS) {
      int part = rest & ((1 << BITS) - 1);
      Optional<NftDatatype> type = byNumber(part);
      boolean inConcatenation = number >>> BITS != 0;
      if (type.isEmpty() || (type.get() == INTEGER && inConcatenation)) {
        return Optional.empty();
      }
      parts.add(type.get());
    }
    Collections.reverse(parts);
    return parts.isEmpty() ? Optional.empty() : Optional.of(parts);
  }

  private static Optional<NftDatatype> byNumber(int number) {
    for (NftDatatype type : values()) {
      if (type.number == number) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /** The type number of a concatenation. */
  static int number(List<NftDatatype> parts) {
    int number = 0;
    for (NftDatatype part : parts) {
      number = number << BITS | part.number;
    }
    return number;
  }

  /** Bytes of a key: as long as its value if it has one part, else each part padded to four. */
  static byte[] write(List<NftValue> values) {
    if (values.size() == 1) {
      return bytes(values.getFirst());
    }
    int length = 0;
    for (NftValue value : values) {
      if (value instanceof NftValue.Raw) {
        throw new IllegalArgumentException("a raw value cannot be part of a key: " + values);
      }
      length += padded(of(value).bytes);
    }
    ByteBuffer key = ByteBuffer.allocate(length);
    for (NftValue value : values) {
      byte[] part = bytes(value);
      key.put(part).position(key.position() + padded(part.length) - part.length);
    }
    return key.array();
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws KernelException if the bytes are too few for these types
   */
  static List<NftValue> read(List<NftDatatype> types, byte[] key) {
    List<NftValue> values = new ArrayList<>(types.size());
    int at = 0;
    for (NftDatatype type : types) {
      if (type == INTEGER) {
        return List.of(NftValue.Raw.of(key));
      }
      if (at + type.bytes > key.length) {
        throw new KernelException(
            Errno.EINVAL, "an nftables key has " + key.length + " bytes, too few for " + types);
      }
      values.add(type.value(Arrays.copyOfRange(key, at, at + type.bytes)));
      at += padded(type.bytes);
    }
    return values;
  }

  static NftDatatype of(NftValue value) {
    if (value instanceof NftValue.Address(IpAddress address)) {
      return address.isV4() ? IPV4_ADDR : IPV6_ADDR;
    }
    if (value instanceof NftValue.Mac) {
      return ETHER_ADDR;
    }
    if (value instanceof NftValue.InterfaceName) {
      return IFNAME;
    }
    if (value instanceof NftValue.Protocol) {
      return INET_PROTO;
    }
    if (value instanceof NftValue.Port) {
      return INET_SERVICE;
    }
    if (value instanceof NftValue.Goto) {
      throw new IllegalArgumentException(
          "a verdict has no bytes, and is no part of a key: " + value);
    }
    return value instanceof NftValue.Raw ? INTEGER : MARK;
  }

  private static byte[] bytes(NftValue value) {
    if (value instanceof NftValue.Address(IpAddress address)) {
      return address.toBytes();
    }
    if (value instanceof NftValue.Mac(MacAddress mac)) {
      return mac.toBytes();
    }
    if (value instanceof NftValue.InterfaceName(String name)) {
      return Arrays.copyOf(name.getBytes(StandardCharsets.UTF_8), NAME_BYTES);
    }
    if (value instanceof NftValue.Protocol(int number)) {
      return new byte[] {(byte) number};
    }
    if (value instanceof NftValue.Port(int number)) {
      return new byte[] {(byte) (number >>> 8), (byte) number};
    }
    if (value instanceof NftValue.Raw(BigInteger number, int length)) {
      return bytes(number, length);
    }
    int bits = ((NftValue.Mark) value).bits();
    return ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(bits).array();
  }

  private static byte[] bytes(BigInteger number, int length) {
    byte[] bytes = new byte[length];
    byte[] digits = number.toByteArray(); // perhaps with a zero before, for the sign
    int count = Math.min(digits.length, length);
    System.arraycopy(digits, digits.length - count, bytes, length - count, count);
    return bytes;
  }

  private NftValue value(byte[] raw) {
    return switch (this) {
      case INTEGER -> NftValue.Raw.of(raw);
      case IPV4_ADDR -> new NftValue.Address(IpAddress.of(raw));
      case IPV6_ADDR -> new NftValue.Address(IpAddress.of(raw));
      case ETHER_ADDR -> new NftValue.Mac(MacAddress.of(raw));
      case INET_PROTO -> new NftValue.Protocol(raw[0] & 0xFF);
      case INET_SERVICE -> new NftValue.Port((raw[0] & 0xFF) << 8 | (raw[1] & 0xFF));
      case MARK -> new NftValue.Mark(ByteBuffer.wrap(raw).order(ByteOrder.nativeOrder()).getInt());
      case IFNAME -> new NftValue.InterfaceName(text(raw));
    };
  }

  private static String text(byte[] raw) {
    int length = 0;
    while (length < raw.length && raw[length] != 0) {
      length++;
    }
    return new String(raw, 0, length, StandardCharsets.UTF_8);
  }

  private static int padded(int length) {
    return (length + 3) & ~3;
  }
}

package dev.weft.kernel.linux;

import dev.weft.kernel.NftElement;
import dev.weft.kernel.NftValue;
import dev.weft.kernel.netlink.AttributeReader;
import dev.weft.kernel.netlink.MessageWriter;
import dev.weft.kernel.netlink.NetlinkException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Set elements as nfnetlink carries them (linux/netfilter/nf_tables.h, NFTA_SET_ELEM_*).
 *
 * <p>A range of a concatenation is one element with a key and an end. A range of a plain key is
 * two: its start, and what follows its end, marked as an end.
 */
final class NftElements {
  private static final int LIST_ELEM = 1;
  private static final int KEY = 1;
  private static final int DATA = 2;
  private static final int FLAGS = 3;
  private static final int USERDATA = 6;
  private static final int KEY_END = 10;
  private static final int DATA_VALUE = 1;
  private static final int DATA_VERDICT = 2;
  private static final int VERDICT_CODE = 1;
  private static final int VERDICT_CHAIN = 2;
  private static final int INTERVAL_END = 1;

  /** Of libnftnl: what kind of user data a comment is, on an element and on a rule. */
  private static final int COMMENT = 0;

  private NftElements() {}

  /**
   * What the kernel says of a set.
   *
   * @param valueType nothing if it is no map, or a map to verdicts
   */
  record Shape(List<NftDatatype> keyType, Optional<List<NftDatatype>> valueType, boolean interval) {
    /** Whether each element is a range of a plain key. */
    boolean isPlainRanges() {
      return interval && keyType.size() == 1;
    }
  }

  /** Writes one element of the list that is open. */
  static void write(MessageWriter message, NftElement element, boolean removal) {
    byte[] key = NftDatatype.write(element.key());
    Optional<byte[]> end = element.end().map(NftDatatype::write);
    end.ifPresent(last -> refuseUnordered(element, key, last));
    boolean concatenated = element.key().size() > 1;
    int start = message.begin(LIST_ELEM);
    data(message, KEY, key);
    if (concatenated && end.isPresent()) {
      data(message, KEY_END, end.get());
    }
    if (!removal) {
      element.value().ifPresent(value -> value(message, value));
      element.comment().ifPresent(text -> message.attribute(USERDATA, comment(text)));
    }
    message.end(start);
    if (!concatenated && end.isPresent()) {
      byte @Nullable [] behind = next(end.get());
      if (behind != null) {
        int stop = message.begin(LIST_ELEM);
        data(message, KEY, behind);
        message.attributeIntBigEndian(FLAGS, INTERVAL_END);
        message.end(stop);
      }
    }
  }

  private static void value(MessageWriter message, List<NftValue> value) {
    if (value.getFirst() instanceof NftValue.Goto(String chain)) {
      int start = message.begin(DATA);
      NftRules.verdict(message, NftRules.GOTO, chain);
      message.end(start);
    } else {
      data(message, DATA, NftDatatype.write(value));
    }
  }

  /**
   * Writes the list of elements that asks for the one with a key.
   *
   * @param end whether the end of a plain range is asked for
   */
  static void writeKey(MessageWriter message, int attribute, byte[] key, boolean end) {
    int list = message.begin(attribute);
    int element = message.begin(LIST_ELEM);
    data(message, KEY, key);
    if (end) {
      message.attributeIntBigEndian(FLAGS, INTERVAL_END);
    }
    message.end(element).end(list);
  }

  private static void data(MessageWriter message, int attribute, byte[] value) {
    int start = message.begin(attribute);
    message.attribute(DATA_VALUE, value).end(start);
  }

  /** Marks are kept in the machine's byte order, in which a range of them means something else. */
  private static void refuseUnordered(NftElement element, byte[] key, byte[] end) {
    for (NftValue value : element.key()) {
      if (value instanceof NftValue.Mark && !Arrays.equals(key, end)) {
        throw new IllegalArgumentException("marks cannot be ranges: " + element.key());
      }
    }
  }

  /** The key that follows, or null if this is the last. */
  static byte @Nullable [] next(byte[] key) {
    byte[] next = key.clone();
    for (int i = next.length - 1; i >= 0; i--) {
      if (++next[i] != 0) {
        return next;
      }
    }
    return null;
  }

  /** A comment as user data of elements, rules and tables. */
  static byte[] comment(String text) {
    byte[] words = text.getBytes(StandardCharsets.UTF_8);
    byte[] userData = new byte[words.length + 3];
    userData[0] = COMMENT;
    userData[1] = (byte) (words.length + 1);
    System.arraycopy(words, 0, userData, 2, words.length);
    return userData;
  }

  /**
   * Reads a comment from user data: type, length and bytes with a closing zero, one after another.
   * What nft itself could not have written is no comment.
   */
  static Optional<String> comment(byte[] userData) {
    int at = 0;
    while (at + 2 <= userData.length) {
      int length = userData[at + 1] & 0xFF;
      if (at + 2 + length > userData.length) {
        return Optional.empty();
      }
      if (userData[at] == COMMENT && length > 0) {
        String text = new String(userData, at + 2, length - 1, StandardCharsets.UTF_8);
        return NftElement.isComment(text) ? Optional.of(text) : Optional.empty();
      }
      at += 2 + length;
    }
    return Optional.empty();
  }

  /** An element as it came, before ranges are put together. */
  static final class Raw {
    private byte[] key = {};
    private byte @Nullable [] end;
    private byte @Nullable [] value;
    private String chain = "";
    private Optional<String> comment = Optional.empty();
    private boolean marksEnd;

    /** The end of a plain range. */
    static Raw end(byte[] behind) {
      Raw end = new Raw();
      end.key = behind;
      end.marksEnd = true;
      return end;
    }

    byte[] key() {
      return key;
    }
  }

  /** Reads the elements of one message of a dump. */
  static void read(AttributeReader list, List<Raw> into) throws NetlinkException {
    while (list.next()) {
      AttributeReader element = list.nested();
      Raw raw = new Raw();
      while (element.next()) {
        switch (element.type()) {
          case KEY -> raw.key = value(element.nested());
          case KEY_END -> raw.end = value(element.nested());
          case DATA -> {
            raw.value = value(element.nested());
            raw.chain = chain(element.nested());
          }
          case FLAGS -> raw.marksEnd = (element.asIntBigEndian() & INTERVAL_END) != 0;
          case USERDATA -> raw.comment = comment(element.asBytes());
          default -> {}
        }
      }
      into.add(raw);
    }
  }

  /** The bytes of a key or value; none of a verdict. */
  private static byte[] value(AttributeReader data) throws NetlinkException {
    byte[] value = {};
    while (data.next()) {
      if (data.type() == DATA_VALUE) {
        value = data.asBytes();
      }
    }
    return value;
  }

  /** The chain that a verdict goes to; empty if it is none. */
  private static String chain(AttributeReader data) throws NetlinkException {
    String chain = "";
    int code = 0;
    while (data.next()) {
      if (data.type() == DATA_VERDICT) {
        AttributeReader verdict = data.nested();
        while (verdict.next()) {
          switch (verdict.type()) {
            case VERDICT_CODE -> code = verdict.asIntBigEndian();
            case VERDICT_CHAIN -> chain = verdict.asString();
            default -> {}
          }
        }
      }
    }
    return code == NftRules.GOTO ? chain : "";
  }

  /** Puts together what {@link #read} found. */
  static List<NftElement> decode(Shape shape, List<Raw> raw) {
    boolean plainRanges = shape.isPlainRanges();
    List<Raw> sorted = new ArrayList<>(raw);
    if (plainRanges) {
      // In ascending order; where one range ends and the next begins, the end comes first.
      sorted.sort(
          (a, b) -> {
            int byKey = Arrays.compareUnsigned(a.key, b.key);
            return byKey != 0 ? byKey : Boolean.compare(b.marksEnd, a.marksEnd);
          });
    }
    List<NftElement> elements = new ArrayList<>(sorted.size());
    for (int i = 0; i < sorted.size(); i++) {
      Raw element = sorted.get(i);
      if (element.marksEnd) {
        continue;
      }
      byte @Nullable [] end = element.end;
      if (plainRanges) {
        end = i + 1 < sorted.size() ? before(sorted.get(i + 1).key) : highest(element.key.length);
      }
      elements.add(
          new NftElement(
              NftDatatype.read(shape.keyType(), element.key),
              end == null ? Optional.empty() : Optional.of(NftDatatype.read(shape.keyType(), end)),
              element.chain.isEmpty()
                  ? value(shape, element.value)
                  : Optional.of(List.of(new NftValue.Goto(element.chain))),
              element.comment));
    }
    return elements;
  }

  private static Optional<List<NftValue>> value(Shape shape, byte @Nullable [] value) {
    return value == null || shape.valueType().isEmpty()
        ? Optional.empty()
        : Optional.of(NftDatatype.read(shape.valueType().get(), value));
  }

  private static byte[] before(byte[] key) {
    byte[] before = key.clone();
    for (int i = before.length - 1; i >= 0 && before[i]-- == 0; i--) {
      // Borrow from the byte above.
    }
    return before;
  }

  private static byte[] highest(int length) {
    byte[] key = new byte[length];
    Arrays.fill(key, (byte) 0xFF);
    return key;
  }
}

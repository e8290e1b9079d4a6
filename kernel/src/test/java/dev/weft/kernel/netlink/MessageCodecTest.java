package dev.weft.kernel.netlink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** What is written is read back, and no bytes from the wire break the reader. */
class MessageCodecTest {
  private static final HexFormat HEX = HexFormat.of();

  /** A tree of attributes: a leaf has a value, in hexadecimal; a branch has attributes. */
  sealed interface Tree {
    int type();

    record Leaf(int type, String value) implements Tree {}

    record Branch(int type, List<Tree> attributes) implements Tree {}
  }

  @Provide
  Arbitrary<List<Tree>> trees() {
    return trees(3);
  }

  private static Arbitrary<List<Tree>> trees(int depth) {
    Arbitrary<Integer> types = Arbitraries.integers().between(0, 0x3FFF);
    Arbitrary<String> values =
        Arbitraries.bytes().array(byte[].class).ofMaxSize(40).map(HEX::formatHex);
    Arbitrary<Tree> leaves = Combinators.combine(types, values).as(Tree.Leaf::new);
    Arbitrary<Tree> all =
        depth == 0
            ? leaves
            : Arbitraries.oneOf(
                leaves, Combinators.combine(types, trees(depth - 1)).as(Tree.Branch::new));
    return all.list().ofMaxSize(5);
  }

  private static void write(MessageWriter message, List<Tree> trees) {
    for (Tree tree : trees) {
      switch (tree) {
        case Tree.Leaf(int type, String value) -> message.attribute(type, HEX.parseHex(value));
        case Tree.Branch(int type, List<Tree> attributes) -> {
          int start = message.begin(type);
          write(message, attributes);
          message.end(start);
        }
      }
    }
  }

  private static void assertReads(List<Tree> trees, AttributeReader reader)
      throws NetlinkException {
    for (Tree tree : trees) {
      assertTrue(reader.next());
      assertEquals(tree.type(), reader.type());
      switch (tree) {
        case Tree.Leaf leaf -> assertEquals(leaf.value(), HEX.formatHex(reader.asBytes()));
        case Tree.Branch branch -> assertReads(branch.attributes(), reader.nested());
      }
    }
    assertFalse(reader.next());
  }

  private static Message sealed(MessageWriter writer, int sequence) throws NetlinkException {
    return Message.at(Arrays.copyOf(writer.seal(1, sequence), writer.length()), 0);
  }

  @Property
  void anyTreeOfAttributesIsReadBack(
      @ForAll("trees") List<Tree> trees, @ForAll @IntRange(max = 0xFFFF) int type)
      throws NetlinkException {
    MessageWriter writer = new MessageWriter(type, 0x400).putInt(7);
    write(writer, trees);
    assertEquals(0, writer.length() % 4);
    Message message = sealed(writer, 99);
    assertEquals(type, message.type());
    assertEquals(0x401, message.flags());
    assertEquals(99, message.sequence());
    assertEquals(7, message.body().getInt(0));
    assertReads(trees, message.body().skip(4));
  }

  @Property
  void numbersKeepTheirValueAndTakeTheirOrder(@ForAll long value) throws NetlinkException {
    MessageWriter writer =
        new MessageWriter(1, 0)
            .putByte((int) value)
            .putByte(0)
            .putShort((int) value)
            .putShortBigEndian((int) value)
            .putShort(0)
            .putInt((int) value)
            .putIntBigEndian((int) value)
            .attributeByte(1, (int) value)
            .attributeShort(2, (int) value)
            .attributeShortBigEndian(3, (int) value)
            .attributeInt(4, (int) value)
            .attributeIntBigEndian(5, (int) value)
            .attributeLong(6, value)
            .attributeLongBigEndian(7, value)
            .flag(8);
    ByteBuffer bytes = ByteBuffer.wrap(writer.seal(0, 0)).order(ByteOrder.nativeOrder());
    assertEquals(writer.length(), bytes.getInt(0));
    assertEquals((short) value, bytes.getShort(18));
    assertEquals((short) value, bytes.order(ByteOrder.BIG_ENDIAN).getShort(20));
    assertEquals((int) value, bytes.getInt(28));
    AttributeReader body = sealed(writer, 0).body();
    assertEquals((int) value & 0xFF, body.getByte(0));
    assertEquals((int) value & 0xFFFF, body.getShort(2));
    assertEquals((int) value & 0xFFFF, body.getShortBigEndian(4));
    assertEquals((int) value, body.getInt(8));
    body.skip(16);
    assertTrue(body.next());
    assertEquals((int) value & 0xFF, body.asByte());
    assertTrue(body.next());
    assertEquals((int) value & 0xFFFF, body.asShort());
    assertTrue(body.next());
    assertEquals((int) value & 0xFFFF, body.asShortBigEndian());
    assertTrue(body.next());
    assertEquals((int) value, body.asInt());
    assertTrue(body.next());
    assertEquals((int) value, body.asIntBigEndian());
    assertTrue(body.next());
    assertEquals(value, body.asLong());
    assertTrue(body.next());
    assertEquals(value, body.asLongBigEndian());
    assertTrue(body.next());
    assertEquals(0, body.length());
    assertFalse(body.next());
  }

  @Property
  void textIsReadBack(@ForAll String text) throws NetlinkException {
    String written = text.replace("\0", "");
    MessageWriter writer = new MessageWriter(1, 0).attribute(3, written);
    AttributeReader body = sealed(writer, 0).body();
    assertTrue(body.next());
    // What is no Unicode text, half a pair, cannot be kept.
    assertEquals(new String(written.getBytes(UTF_8), UTF_8), body.asString());
  }

  @Property(tries = 5000)
  void anyBytesAreReadOrRefusedInWords(@ForAll @Size(max = 120) byte[] bytes) {
    try {
      int offset = 0;
      while (offset < bytes.length) {
        Message message = Message.at(bytes, offset);
        offset = message.next();
        readAll(message.body().skip(4), 0);
      }
    } catch (NetlinkException e) {
      assertTrue(e.detail().startsWith("the kernel's answer is malformed: "), e.detail());
    }
  }

  /** Damage to a message that is well-formed goes deeper into the reader than any bytes would. */
  @Property(tries = 2000)
  void aDamagedMessageIsReadOrRefusedInWords(
      @ForAll("trees") List<Tree> trees, @ForAll int where, @ForAll byte what, @ForAll int cut) {
    MessageWriter writer = new MessageWriter(2, Message.NLM_F_ACK_TLVS).putInt(-22);
    write(writer, trees);
    byte[] bytes = Arrays.copyOf(writer.seal(0, 1), writer.length());
    bytes[Math.floorMod(where, bytes.length)] = what;
    byte[] damaged = Arrays.copyOf(bytes, bytes.length - Math.floorMod(cut, 8));
    try {
      readAll(Message.at(damaged, 0).body().skip(4), 0);
      Message message = Message.at(damaged, 0);
      if (Acknowledgement.errno(message) != 0) {
        String detail = Acknowledgement.detail(message, new MessageWriter(1, 0));
        assertFalse(detail.endsWith(" of the request)"), "the request has no attributes to blame");
      }
    } catch (NetlinkException e) {
      assertTrue(e.detail().startsWith("the kernel's answer is malformed: "), e.detail());
    }
  }

  private static void readAll(AttributeReader reader, int depth) throws NetlinkException {
    while (reader.next()) {
      assertTrue(reader.type() >= 0 && reader.length() >= 0 && reader.remaining() >= 0);
      reader.asString();
      assertEquals(reader.length(), reader.asBytes().length);
      if (depth < 8 && (reader.type() & 1) == 0) {
        readAll(reader.nested(), depth + 1);
      } else {
        reader.asInt();
      }
    }
  }

  @Test
  void saysWhatIsWrongWithAnAttribute() throws NetlinkException {
    MessageWriter writer = new MessageWriter(1, 0).attributeShort(9, 1);
    AttributeReader body = sealed(writer, 0).body();
    assertTrue(body.next());
    NetlinkException e = assertThrows(NetlinkException.class, body::asInt);
    assertEquals("the kernel's answer is malformed: attribute 9 has 2 bytes, not 4", e.detail());
  }

  @Test
  void refusesAnAttributeLongerThanItsLengthCanSay() {
    MessageWriter writer = new MessageWriter(1, 0);
    assertThrows(IllegalArgumentException.class, () -> writer.attribute(1, new byte[0xFFFF]));
  }
}

package dev.weft.agent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.weft.cni.Reply;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.unix.FileDescriptor;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.NotBlank;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class CallFormatTest {
  private static final int MASK = 0027;

  private final FileDescriptor process = new FileDescriptor(1_000_001);

  /** What {@code launcher/agent.c} sends after the head. */
  private static ByteBuf body(
      int netns, String plugin, Map<String, String> environment, byte[] stdin) {
    ByteBuf body = Unpooled.buffer();
    body.writeInt(netns).writeInt(MASK);
    text(body, plugin.getBytes(StandardCharsets.UTF_8));
    body.writeInt(environment.size());
    environment.forEach(
        (name, value) -> text(body, (name + "=" + value).getBytes(StandardCharsets.UTF_8)));
    text(body, stdin);
    return body;
  }

  private static void text(ByteBuf body, byte[] bytes) {
    body.writeInt(bytes.length).writeBytes(bytes);
  }

  @Property
  void understandsWhatALauncherSends(
      @ForAll String plugin,
      @ForAll @Size(max = 20)
          Map<@NotBlank @CharRange(from = 'A', to = 'Z') @StringLength(max = 9) String, String>
              environment,
      @ForAll byte[] stdin,
      @ForAll @IntRange(min = -1) int netns) {
    String name = valid(plugin);
    Map<String, String> variables =
        environment.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, entry -> valid(entry.getValue())));
    Call call = CallFormat.body(body(netns, name, variables, stdin), process);
    assertEquals(name, call.plugin());
    assertEquals(variables, call.environment());
    assertArrayEquals(stdin, call.stdin());
    assertEquals(netns, call.netns().orElse(-1));
    assertEquals(MASK, call.fileMask());
  }

  /** As it comes out of a C string: lone surrogates are no characters. */
  private static String valid(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  @Property
  void aBodyThatIsDamagedIsRefusedOrUnderstoodAndNothingElse(
      @ForAll byte[] stdin, @ForAll int where, @ForAll byte other, @ForAll int length) {
    ByteBuf body = body(1, "bridge", Map.of("CNI_COMMAND", "ADD", "CNI_IFNAME", "eth0"), stdin);
    body.setByte(Math.floorMod(where, body.writerIndex()), other);
    body.writerIndex(Math.floorMod(length, body.writerIndex() + 1));
    try {
      CallFormat.body(body, process);
    } catch (IndexOutOfBoundsException e) {
      return; // the one way to refuse
    }
  }

  @Property
  void aHeadOfAnotherKindIsForeign(@ForAll int magic, @ForAll int version, @ForAll int length) {
    ByteBuf head = Unpooled.buffer().writeInt(magic).writeInt(version).writeInt(length);
    assertInstanceOf(CallFormat.Head.Foreign.class, CallFormat.head(head));
  }

  @Property
  void aHeadTellsTheLength(@ForAll @IntRange(max = CallFormat.MAX_BYTES) int length) {
    ByteBuf head = Unpooled.buffer();
    head.writeBytes("WEFT".getBytes(StandardCharsets.US_ASCII)).writeInt(1).writeInt(length);
    assertEquals(new CallFormat.Head.Body(length), CallFormat.head(head));
  }

  @Test
  void tooLongACallIsForeign() {
    for (int length :
        new int[] {-1, Integer.MIN_VALUE, CallFormat.MAX_BYTES + 1, Integer.MAX_VALUE}) {
      ByteBuf head = Unpooled.buffer();
      head.writeBytes("WEFT".getBytes(StandardCharsets.US_ASCII)).writeInt(1).writeInt(length);
      assertInstanceOf(CallFormat.Head.Foreign.class, CallFormat.head(head));
    }
  }

  @Test
  void aReplyIsItsLengthsAndItsTexts() {
    ByteBuf reply = CallFormat.reply(new Reply(1, "out ü", "err"));
    assertEquals('R', reply.readByte());
    assertEquals(1, reply.readInt());
    assertEquals(6, reply.readInt());
    assertEquals(3, reply.readInt());
    assertEquals("out üerr", reply.toString(StandardCharsets.UTF_8));
  }
}

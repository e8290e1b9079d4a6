package dev.weft.agent;

import dev.weft.cni.Reply;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.unix.FileDescriptor;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The bytes between launcher and agent; {@code launcher/agent.c} says them in full. Numbers have 32
 * bits in network order, a text is its length and its bytes.
 */
final class CallFormat {
  /** {@code "WEFT"}, the version, the length of what follows. */
  static final int HEAD_BYTES = 12;

  /** The launcher takes its other way for a call that is longer: it has more memory there. */
  static final int MAX_BYTES = 256 << 10;

  private static final int MAGIC = 'W' << 24 | 'E' << 16 | 'F' << 8 | 'T';
  private static final int VERSION = 1;
  private static final int NO_DESCRIPTOR = -1;

  private CallFormat() {}

  /** What is said of a call that came in part or in whole. */
  sealed interface Head {
    /** Bytes that follow. */
    record Body(int length) implements Head {}

    /** No call that this version can serve. */
    record Foreign() implements Head {}
  }

  /** Understands the head of a call, which is there in whole. */
  static Head head(ByteBuf buffer) {
    boolean ours = buffer.readInt() == MAGIC && buffer.readInt() == VERSION;
    int length = buffer.readInt();
    return ours && length >= 0 && length <= MAX_BYTES ? new Head.Body(length) : new Head.Foreign();
  }

  /**
   * Understands a whole body.
   *
   * @param process the launcher's directory in {@code /proc}
   * @throws IndexOutOfBoundsException if it is none
   */
  static Call body(ByteBuf buffer, FileDescriptor process) {
    int netns = buffer.readInt();
    int fileMask = buffer.readInt();
    String plugin = text(buffer);
    int variables = buffer.readInt();
    Map<String, String> environment = new HashMap<>();
    for (int i = 0; i < variables; i++) {
      String variable = text(buffer);
      int equals = variable.indexOf('=', 1);
      if (equals > 0) {
        environment.put(variable.substring(0, equals), variable.substring(equals + 1));
      }
    }
    byte[] stdin = bytes(buffer);
    return new Call(plugin, environment, stdin, process, descriptor(netns), fileMask);
  }

  private static OptionalInt descriptor(int number) {
    return number == NO_DESCRIPTOR ? OptionalInt.empty() : OptionalInt.of(number);
  }

  /** The agent works. */
  static ByteBuf working() {
    return Unpooled.wrappedBuffer(new byte[] {'W'});
  }

  /** The agent does not serve this call; the launcher shall take its other way. */
  static ByteBuf declined() {
    return Unpooled.wrappedBuffer(new byte[] {'D'});
  }

  static ByteBuf reply(Reply reply) {
    byte[] stdout = reply.stdout().getBytes(StandardCharsets.UTF_8);
    byte[] stderr = reply.stderr().getBytes(StandardCharsets.UTF_8);
    ByteBuf buffer = Unpooled.buffer(1 + 3 * Integer.BYTES + stdout.length + stderr.length);
    return buffer
        .writeByte('R')
        .writeInt(reply.exitCode())
        .writeInt(stdout.length)
        .writeInt(stderr.length)
        .writeBytes(stdout)
        .writeBytes(stderr);
  }

  private static String text(ByteBuf buffer) {
    int length = length(buffer);
    return buffer.readCharSequence(length, StandardCharsets.UTF_8).toString();
  }

  private static byte[] bytes(ByteBuf buffer) {
    byte[] bytes = new byte[length(buffer)];
    buffer.readBytes(bytes);
    return bytes;
  }

  private static int length(ByteBuf buffer) {
    int length = buffer.readInt();
    if (length < 0 || length > buffer.readableBytes()) {
      throw new IndexOutOfBoundsException("a text of " + length + " bytes is not there");
    }
    return length;
  }
}

package dev.weft.acceptance;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A connection to an agent for which the test chooses every byte: as a launcher speaks (see {@code
 * launcher/agent.c}), or as none should. Written with system calls, for only these pass
 * descriptors, which an agent must bear.
 */
final class RawLauncher implements AutoCloseable {
  /** Of the protocol. */
  static final int VERSION = 1;

  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM_CLOEXEC = 1 | 0x80000;
  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;
  private static final int SO_RCVTIMEO = 20;
  private static final int SO_SNDTIMEO = 21;
  private static final int O_CLOEXEC = 0x80000;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int LIMIT_SECONDS = 60;

  private static final MethodHandle SOCKET = function("socket", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle CONNECT = function("connect", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle OPTION =
      function("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle SEND = function("send", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle SENDMSG = function("sendmsg", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle RECV = function("recv", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle OPEN = function("open", ADDRESS, JAVA_INT);
  private static final MethodHandle CLOSE = function("close", JAVA_INT);

  private final int socket;

  private RawLauncher(int socket) {
    this.socket = socket;
  }

  @SuppressWarnings("restricted") // it is what this class is for
  private static MethodHandle function(String name, MemoryLayout... arguments) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(JAVA_LONG, arguments));
  }

  /** The result of a system call as the int that it is. */
  private static int call(MethodHandle function, Object... arguments) {
    try {
      return (int) (long) function.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Connects; the connection fails the test if the agent does not take it. */
  static RawLauncher connect(Path path) {
    try (Arena arena = Arena.ofConfined()) {
      int socket = call(SOCKET, AF_UNIX, SOCK_STREAM_CLOEXEC, 0);
      byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
      MemorySegment address = arena.allocate(110, 8);
      address.set(JAVA_SHORT, 0, (short) AF_UNIX);
      MemorySegment.copy(name, 0, address, JAVA_BYTE, 2, name.length);
      MemorySegment limit = arena.allocate(16, 8);
      limit.set(JAVA_LONG, 0, LIMIT_SECONDS);
      call(OPTION, socket, SOL_SOCKET, SO_RCVTIMEO, limit, 16);
      call(OPTION, socket, SOL_SOCKET, SO_SNDTIMEO, limit, 16);
      if (call(CONNECT, socket, address, 3 + name.length) != 0) {
        call(CLOSE, socket);
        throw new AssertionError("cannot connect to " + path);
      }
      return new RawLauncher(socket);
    }
  }

  /** Sends one byte with so many descriptors of a file. */
  RawLauncher pass(Path file, int copies) {
    try (Arena arena = Arena.ofConfined()) {
      int descriptor = call(OPEN, arena.allocateFrom(file.toString()), O_CLOEXEC);
      // struct cmsghdr: length, level, type, descriptors
      int length = 16 + 4 * copies;
      MemorySegment control = arena.allocate((length + 7) & ~7, 8);
      control.set(JAVA_LONG, 0, length);
      control.set(JAVA_INT, 8, SOL_SOCKET);
      control.set(JAVA_INT, 12, SCM_RIGHTS);
      for (int i = 0; i < copies; i++) {
        control.set(JAVA_INT, 16 + 4L * i, descriptor);
      }
      MemorySegment data = arena.allocate(16, 8);
      data.set(ADDRESS, 0, arena.allocate(1));
      data.set(JAVA_LONG, 8, 1);
      // struct msghdr: name and its length, data and its number, control and its length, flags
      MemorySegment message = arena.allocate(56, 8);
      message.set(ADDRESS, 16, data);
      message.set(JAVA_LONG, 24, 1);
      message.set(ADDRESS, 32, control);
      message.set(JAVA_LONG, 40, control.byteSize());
      call(SENDMSG, socket, message, MSG_NOSIGNAL);
      call(CLOSE, descriptor);
      return this;
    }
  }

  /** Sends bytes, as many as the agent takes. */
  RawLauncher send(byte[] bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocateFrom(JAVA_BYTE, bytes);
      for (int sent = 0, n = 1; sent < bytes.length && n > 0; sent += n) {
        n = call(SEND, socket, buffer.asSlice(sent), (long) (bytes.length - sent), MSG_NOSIGNAL);
      }
      return this;
    }
  }

  /** The head of a call, of any version and length. */
  static byte[] head(int version, int length) {
    return bytes(
        out -> {
          out.writeBytes("WEFT");
          out.writeInt(version);
          out.writeInt(length);
        });
  }

  /** What follows the head of a call. */
  static byte[] body(String plugin, Map<String, String> environment, String stdin) {
    return bytes(
        out -> {
          out.writeInt(-1); // no descriptor of a namespace
          out.writeInt(0022);
          text(out, plugin);
          out.writeInt(environment.size());
          for (var variable : environment.entrySet()) {
            text(out, variable.getKey() + "=" + variable.getValue());
          }
          text(out, stdin);
        });
  }

  /** A whole call. */
  RawLauncher sendCall(String plugin, Map<String, String> environment, String stdin) {
    byte[] body = body(plugin, environment, stdin);
    return send(head(VERSION, body.length)).send(body);
  }

  private interface Writing {
    void to(DataOutputStream out) throws IOException;
  }

  private static byte[] bytes(Writing writing) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      writing.to(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  /** The next byte that is no sign of life; nothing if the agent closed the connection instead. */
  Optional<Character> answer() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(1);
      do {
        if (call(RECV, socket, buffer, 1L, 0) != 1) {
          return Optional.empty();
        }
      } while (buffer.get(JAVA_BYTE, 0) == 'W');
      return Optional.of((char) buffer.get(JAVA_BYTE, 0));
    }
  }

  @Override
  public void close() {
    call(CLOSE, socket);
  }
}

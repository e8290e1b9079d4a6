package dev.weft.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Stands at an agent's socket in this JVM and treats launchers as no agent should. */
final class OddAgent implements AutoCloseable {
  /** The word, the version, the length. */
  private static final int HEAD_BYTES = 12;

  private final ServerSocketChannel server;

  /** What is done with each launcher; then its connection is closed. */
  interface Manner {
    void treat(SocketChannel launcher) throws IOException, InterruptedException;
  }

  private OddAgent(ServerSocketChannel server) {
    this.server = server;
  }

  static OddAgent at(Path socket, Manner manner) {
    OddAgent agent = deaf(socket, 50);
    Thread.ofPlatform().daemon().name("odd agent").start(() -> agent.serve(manner));
    return agent;
  }

  /** Accepts nobody. */
  static OddAgent deaf(Path socket, int backlog) {
    try {
      ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      return new OddAgent(server.bind(UnixDomainSocketAddress.of(socket), backlog));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void serve(Manner manner) {
    while (server.isOpen()) {
      try (SocketChannel launcher = server.accept()) {
        manner.treat(launcher);
      } catch (IOException e) {
        // The launcher went away, or the test is over: the next one is treated alike.
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** Hears a launcher out. */
  static void hear(SocketChannel launcher) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES);
    fill(head, launcher);
    fill(ByteBuffer.allocate(head.getInt(HEAD_BYTES - Integer.BYTES)), launcher);
  }

  private static void fill(ByteBuffer buffer, SocketChannel launcher) throws IOException {
    while (buffer.hasRemaining()) {
      if (launcher.read(buffer) < 0) {
        throw new IOException("the launcher said less than it should");
      }
    }
  }

  static void say(SocketChannel launcher, String text) throws IOException {
    say(launcher, text.getBytes(StandardCharsets.UTF_8));
  }

  static void say(SocketChannel launcher, byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      launcher.write(buffer);
    }
  }

  /** A reply that is right, but for the lengths if they are not the texts'. */
  static byte[] reply(int exitCode, int outLength, int errLength, String texts) {
    byte[] bytes = texts.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(1 + 3 * Integer.BYTES + bytes.length)
        .put((byte) 'R')
        .putInt(exitCode)
        .putInt(outLength)
        .putInt(errLength)
        .put(bytes)
        .array();
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

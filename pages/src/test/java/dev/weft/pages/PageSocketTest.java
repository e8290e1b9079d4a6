package dev.weft.pages;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages over HTTP, as any client sees them, and what else may come to such a socket. */
class PageSocketTest {
  private static final String OK =
      "HTTP/1.1 200 OK\r\ncontent-type: text/x\r\ncontent-length: 5\r\nconnection: close\r\n\r\n";

  private final SequencedMap<String, Supplier<Page>> pages = new LinkedHashMap<>();
  private Path directory = Path.of("");
  private Path name = Path.of("");
  private EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

  @BeforeEach
  void prepare() throws IOException {
    // Not where the build is: the name of a socket has 107 bytes at most.
    directory = Files.createTempDirectory(Path.of("/tmp"), "weft-pages");
    name = directory.resolve("status.sock");
    pages.put("/one", () -> Page.of("text/x", "1 \u00fc\n"));
    pages.put(
        "/broken",
        () -> {
          throw new IllegalStateException("on purpose");
        });
  }

  @AfterEach
  void end() throws IOException {
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(directory);
  }

  @Test
  void aPageIsToldToWhoeverAsks() throws Exception {
    try (PageSocket socket = PageSocket.at(name, loop, pages)) {
      assertEquals(name.toString(), socket.address());
      assertEquals(OK + "1 \u00fc\n", ask("GET /one HTTP/1.1\r\nHost: x\r\n\r\n"));
      assertEquals(OK + "1 \u00fc\n", ask("GET /one HTTP/1.0\r\n\r\n"));
      assertEquals(OK + "1 \u00fc\n", ask("GET /one?a=b HTTP/1.1\r\n\r\n"));
      assertEquals(OK, ask("HEAD /one HTTP/1.1\r\n\r\n"));
    }
  }

  @Test
  void aPortServesAsWell() throws Exception {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (PageSocket socket = PageSocket.at(any, loop, pages)) {
      String[] parts = socket.address().split(":", -1);
      assertEquals("127.0.0.1", parts[0]);
      try (Socket client = new Socket(parts[0], Integer.parseInt(parts[1]))) {
        client
            .getOutputStream()
            .write("GET /one HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.UTF_8));
        assertEquals(OK + "1 \u00fc\n", all(client.getInputStream()));
      }
      InetSocketAddress taken = new InetSocketAddress(any.getAddress(), Integer.parseInt(parts[1]));
      IOException e =
          assertThrows(IOException.class, () -> PageSocket.at(taken, loop, pages).close());
      assertTrue(String.valueOf(e.getMessage()).contains("Address already in use"), e::toString);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "404 GET /two HTTP/1.1\r\n\r\n",
        "404 GET /one/ HTTP/1.1\r\n\r\n",
        "405 POST /one HTTP/1.1\r\nContent-Length: 2\r\n\r\nxx",
        "405 DELETE /one HTTP/1.1\r\n\r\n",
        "400 \u0000\u0001\u0002\r\n\r\n",
        "400 GET\r\n\r\n",
        "400 GET /one HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        "500 GET /broken HTTP/1.1\r\n\r\n"
      })
  void anythingElseIsRefused(String statusAndRequest) throws Exception {
    try (PageSocket _ = PageSocket.at(name, loop, pages)) {
      String answer = ask(statusAndRequest.substring(4));
      assertTrue(answer.startsWith("HTTP/1.1 " + statusAndRequest.substring(0, 4)), answer);
      assertEquals(OK + "1 \u00fc\n", ask("GET /one HTTP/1.1\r\n\r\n"));
    }
  }

  @Test
  void aLongRequestIsNotRead() throws Exception {
    try (PageSocket _ = PageSocket.at(name, loop, pages)) {
      String longLine = ask("GET /" + "x".repeat(2000) + " HTTP/1.1\r\n\r\n");
      assertTrue(longLine.startsWith("HTTP/1.1 414 "), longLine);
      String longHead = ask("GET /one HTTP/1.1\r\nA: " + "x".repeat(10_000) + "\r\n\r\n");
      assertTrue(longHead.startsWith("HTTP/1.1 431 "), longHead);
    }
  }

  @Test
  void oneRequestOfAConnectionIsAnswered() throws Exception {
    try (PageSocket _ = PageSocket.at(name, loop, pages)) {
      assertEquals(OK + "1 \u00fc\n", ask("GET /one HTTP/1.1\r\n\r\n".repeat(3)));
    }
  }

  @Test
  @Timeout(60)
  void thoseThatComeWhileManyAreHereAreTurnedAway() throws Exception {
    List<SocketChannel> idle = new ArrayList<>();
    try (PageSocket _ = PageSocket.at(name, loop, pages)) {
      for (int i = 0; i < 64; i++) {
        idle.add(connect());
      }
      try (SocketChannel oneMore = connect()) {
        assertEquals(-1, oneMore.read(ByteBuffer.allocate(1)));
      }
      idle.removeLast().close();
      assertEquals(OK + "1 \u00fc\n", askUntilThereIsRoom());
    } finally {
      for (SocketChannel each : idle) {
        each.close();
      }
    }
  }

  @Test
  void whoSaysNothingIsNotWaitedFor() {
    EmbeddedChannel channel = new EmbeddedChannel(new PageHandler(pages));
    channel.freezeTime();
    channel.advanceTimeBy(9, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    assertTrue(channel.isOpen());
    channel.advanceTimeBy(2, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    assertFalse(channel.isOpen());
  }

  @Test
  void theSocketIsForItsOwnerOnlyAndGoesWithTheAgent() throws Exception {
    try (PageSocket _ = PageSocket.at(name, loop, pages)) {
      assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(name)));
    }
    assertArrayEquals(new String[0], directory.toFile().list());
  }

  @Test
  void whatAKilledAgentLeftMakesRoomAndNothingElse() throws Exception {
    PageSocket left = PageSocket.at(name, loop, pages);
    try (PageSocket _ = PageSocket.at(name, loop, pages)) {
      assertEquals(OK + "1 \u00fc\n", ask("GET /one HTTP/1.1\r\n\r\n"));
    }
    left.close();
    Files.writeString(name, "precious");
    IOException e = assertThrows(IOException.class, () -> PageSocket.at(name, loop, pages).close());
    assertTrue(String.valueOf(e.getMessage()).contains("there is something else"), e::toString);
    assertEquals("precious", Files.readString(name));
  }

  private SocketChannel connect() throws IOException {
    SocketAddress address = UnixDomainSocketAddress.of(name);
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(address);
    return channel;
  }

  /** It may take the server a moment to hear that somebody left. */
  private String askUntilThereIsRoom() throws InterruptedException {
    String answer = "";
    while (answer.isEmpty()) {
      try {
        answer = ask("GET /one HTTP/1.1\r\n\r\n");
      } catch (IOException e) {
        Thread.sleep(10); // closed before it was read
      }
    }
    return answer;
  }

  private String ask(String request) throws IOException {
    try (SocketChannel channel = connect()) {
      channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8)));
      return all(Channels.newInputStream(channel));
    }
  }

  private static String all(InputStream in) throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.UTF_8);
  }
}

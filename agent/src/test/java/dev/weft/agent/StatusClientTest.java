package dev.weft.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.json.JsonText;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever has become of the agent, whoever asks for it is told in a sentence. */
class StatusClientTest {
  private Path directory = Path.of("");
  private Path socket = Path.of("");

  @BeforeEach
  void prepare() throws IOException {
    directory = Files.createTempDirectory(Path.of("/tmp"), "weft-status");
    socket = directory.resolve("status.sock");
  }

  @AfterEach
  void end() throws IOException {
    AgentDirectory.delete(directory);
  }

  @Test
  void thePageIsWhatTheAgentSays() throws Exception {
    assertEquals(
        "{\"state\":\"ready\"}", answered("HTTP/1.1 200 OK\r\nA: b\r\n\r\n{\"state\":\"ready\"}"));
  }

  @Test
  void noSocketIsNoAgent() {
    assertEquals("the agent is not running: there is no " + socket, sentence());
  }

  @Test
  void aSocketWithoutListenerIsNoAgent() throws IOException {
    listen().close();
    assertEquals("the agent is not running: nobody listens at " + socket, sentence());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\n\r\nno JSON",
        "HTTP/1.1 200 OK\r\n\r\n[]",
        "HTTP/1.1 500 Internal Server Error\r\n\r\n{}",
        "SSH-2.0-OpenSSH_9.2\r\n"
      })
  void anotherAnswerIsNone(String answer) throws Exception {
    String sentence = answered(answer);
    assertTrue(sentence.startsWith("the agent cannot be asked at " + socket + ": "), sentence);
  }

  @Test
  void anAgentThatHangsIsNotWaitedForForLong() throws IOException {
    try (ServerSocketChannel _ = listen()) {
      assertEquals("the agent does not answer at " + socket + " within 1 s", sentence());
    }
  }

  private ServerSocketChannel listen() throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    return server;
  }

  /** The page that comes of a server's answer, or else the sentence. */
  private String answered(String answer) throws Exception {
    try (ServerSocketChannel server = listen()) {
      Thread serving =
          Thread.startVirtualThread(
              () -> {
                try (SocketChannel client = server.accept()) {
                  client.read(ByteBuffer.allocate(1000));
                  client.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)));
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      StatusClient.Answer result = ask();
      serving.join();
      return switch (result) {
        case StatusClient.Answer.Status(var page) -> JsonText.write(page);
        case StatusClient.Answer.None(String sentence) -> sentence;
      };
    }
  }

  private String sentence() {
    return assertInstanceOf(StatusClient.Answer.None.class, ask()).sentence();
  }

  private StatusClient.Answer ask() {
    return new StatusClient(directory.resolve("agent.sock"), Duration.ofSeconds(1)).ask();
  }
}

package dev.weft.agent;

import dev.weft.json.Json;
import dev.weft.json.JsonException;
import dev.weft.json.JsonText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;

/** Asks a running agent how it is. */
public final class StatusClient {
  /** An agent that has not answered by then hangs: what it tells is in its memory. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final int ANSWER_LIMIT = 4 << 20;

  private final Path socket;
  private final Duration patience;

  /**
   * @param calls where launchers find the agent
   */
  public StatusClient(Path calls) {
    this(calls, PATIENCE);
  }

  StatusClient(Path calls, Duration patience) {
    this.socket = AgentSettings.statusSocket(calls);
    this.patience = patience;
  }

  /** What came of the question. */
  public sealed interface Answer {
    /** What the page {@code /status} says. */
    record Status(Json.Obj page) implements Answer {}

    /** Nobody to ask, or nobody that we may ask, or no answer that we understand. */
    record None(String sentence) implements Answer {}
  }

  /** Asks, and waits for the answer for 5 seconds at most. */
  public Answer ask() {
    try {
      Files.readAttributes(socket, BasicFileAttributes.class);
      return new Answer.Status(JsonText.readObject(get(StatusPages.STATUS), "the answer"));
    } catch (NoSuchFileException e) {
      return new Answer.None("the agent is not running: there is no " + socket);
    } catch (ConnectException e) {
      return new Answer.None("the agent is not running: nobody listens at " + socket);
    } catch (AccessDeniedException e) {
      return new Answer.None(
          "the agent cannot be asked by this user: " + socket + " is for its owner only");
    } catch (AsynchronousCloseException e) {
      return new Answer.None(
          "the agent does not answer at " + socket + " within " + patience.toSeconds() + " s");
    } catch (IOException | JsonException e) {
      return new Answer.None("the agent cannot be asked at " + socket + ": " + e.getMessage());
    }
  }

  private byte[] get(String page) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      Thread watch = Thread.ofPlatform().daemon().start(() -> closeLate(channel));
      try {
        channel.connect(UnixDomainSocketAddress.of(socket));
        String request = "GET " + page + " HTTP/1.0\r\n\r\n";
        channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
        return body(all(channel));
      } finally {
        watch.interrupt();
      }
    }
  }

  private void closeLate(SocketChannel channel) {
    try {
      Thread.sleep(patience);
      channel.close();
    } catch (InterruptedException | IOException e) {
      return; // there is an answer, or nothing to wait for
    }
  }

  private static String all(SocketChannel channel) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(8192);
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    while (answer.size() < ANSWER_LIMIT && channel.read(buffer) >= 0) {
      answer.write(buffer.array(), 0, buffer.position());
      buffer.clear();
    }
    return answer.toString(StandardCharsets.UTF_8);
  }

  private static byte[] body(String answer) throws IOException {
    String statusLine = answer.lines().findFirst().orElse("nothing");
    int headEnd = answer.indexOf("\r\n\r\n");
    if (headEnd < 0 || !statusLine.matches("HTTP/1\\.[01] 200 .*")) {
      throw new IOException("it answers " + statusLine);
    }
    return answer.substring(headEnd + 4).getBytes(StandardCharsets.UTF_8);
  }
}

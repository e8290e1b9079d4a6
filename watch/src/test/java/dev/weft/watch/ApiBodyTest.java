package dev.weft.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.client.http.AsyncBody;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A body that arrives in pieces is read as a stream, which does not wait for ever. */
class ApiBodyTest {

  /** Where the pieces come from. */
  private static final class Source implements AsyncBody {
    final CompletableFuture<Void> done = new CompletableFuture<>();
    int asked;

    @Override
    public void consume() {
      asked++;
    }

    @Override
    public CompletableFuture<Void> done() {
      return done;
    }

    @Override
    public void cancel() {
      done.cancel(false);
    }
  }

  private final Source source = new Source();
  private final AtomicInteger proved = new AtomicInteger();
  private final ApiBody body =
      new ApiBody(Duration.ofMillis(50), Duration.ofMillis(20), proved::incrementAndGet);

  @Test
  void piecesAreReadInOrder() throws IOException {
    body.begin(source);
    assertEquals(1, source.asked);
    body.consume(List.of(bytes("on"), bytes(""), bytes("e ")), source);
    body.consume(List.of(bytes("two")), source);
    source.done.complete(null);
    assertEquals("one two", new String(body.readAllBytes(), StandardCharsets.UTF_8));
    assertEquals(3, source.asked);
    assertEquals(-1, body.read());
    assertEquals(0, proved.get());
  }

  @Test
  void silenceEndsIt() {
    body.begin(source);
    body.consume(List.of(bytes("a")), source);
    assertThrows(ApiBody.Silence.class, body::readAllBytes);
    assertEquals(1, proved.get());
  }

  @Test
  void failureIsNoEnd() {
    body.begin(source);
    body.consume(List.of(bytes("a")), source);
    source.done.completeExceptionally(new IOException("reset"));
    IOException failure = assertThrows(IOException.class, body::readAllBytes);
    assertEquals("breaks off", failure.getMessage());
  }

  @Test
  void whoeverStopsReadingCancels() {
    body.begin(source);
    body.close();
    assertTrue(source.done.isCancelled());
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }
}

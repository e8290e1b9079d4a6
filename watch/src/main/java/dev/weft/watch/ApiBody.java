package dev.weft.watch;

import io.fabric8.kubernetes.client.http.AsyncBody;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer as a stream. It asks for one piece more than is being read, so that a slow
 * reader slows the server down.
 */
final class ApiBody extends InputStream implements AsyncBody.Consumer<List<ByteBuffer>> {

  /** What comes. */
  private sealed interface Arrival {
    record Piece(List<ByteBuffer> buffers) implements Arrival {}

    record End(@Nullable Throwable failure) implements Arrival {}
  }

  /** Nothing came for too long. */
  static final class Silence extends IOException {
    private static final long serialVersionUID = 1;

    Silence(Duration idle) {
      super("sends nothing for " + idle.toSeconds() + " s");
    }
  }

  private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
  private final Duration idle;
  private final Duration proof;
  private final Runnable proved;
  private @Nullable AsyncBody source;
  private Iterator<ByteBuffer> buffers = List.<ByteBuffer>of().iterator();
  private ByteBuffer current = ByteBuffer.allocate(0);
  private boolean ended;
  private boolean waited;

  /**
   * @param idle how long it may pause
   * @param proof how long it must have stood without anything to read
   * @param proved so that this is called, once
   */
  ApiBody(Duration idle, Duration proof, Runnable proved) {
    this.idle = idle;
    this.proof = proof;
    this.proved = proved;
  }

  void begin(AsyncBody body) {
    source = body;
    var _ = body.done().whenComplete((_, failure) -> arrivals.add(new Arrival.End(failure)));
    body.consume();
  }

  @Override
  public void consume(List<ByteBuffer> piece, AsyncBody body) {
    arrivals.add(new Arrival.Piece(piece));
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] to, int offset, int length) throws IOException {
    while (!current.hasRemaining()) {
      if (buffers.hasNext()) {
        current = buffers.next();
      } else if (!next()) {
        return -1;
      }
    }
    int count = Math.min(length, current.remaining());
    current.get(to, offset, count);
    return count;
  }

  private boolean next() throws IOException {
    if (ended || source == null) {
      return false;
    }
    return switch (await()) {
      case Arrival.Piece(List<ByteBuffer> piece) -> {
        source.consume();
        buffers = piece.iterator();
        yield true;
      }
      case Arrival.End(Throwable failure) -> {
        ended = true;
        if (failure != null) {
          throw new IOException("breaks off", failure);
        }
        yield false;
      }
    };
  }

  private Arrival await() throws IOException {
    try {
      Arrival arrival = null;
      if (!waited) {
        arrival = arrivals.poll(proof.toNanos(), TimeUnit.NANOSECONDS);
        if (arrival == null) {
          waited = true;
          proved.run();
        }
      }
      if (arrival == null) {
        arrival = arrivals.poll(idle.toNanos(), TimeUnit.NANOSECONDS);
      }
      if (arrival == null) {
        throw new Silence(idle);
      }
      return arrival;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
  }

  @Override
  public void close() {
    if (source != null) {
      source.cancel();
    }
  }
}

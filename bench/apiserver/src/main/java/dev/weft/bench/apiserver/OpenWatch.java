package dev.weft.bench.apiserver;

import dev.weft.bench.apiserver.Store.Happening;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.Optional;

/** One watch: a response without end. It is told by the store and by the clock. */
@SuppressWarnings("FutureReturnValueIgnored") // a failed channel is closed
final class OpenWatch implements Store.Watch {
  private final Channel channel;
  private final ApiKind kind;
  private final Selector selector;
  private final boolean bookmarks;
  private boolean silent;

  OpenWatch(Channel channel, ApiKind kind, Selector selector, boolean bookmarks) {
    this.channel = channel;
    this.kind = kind;
    this.selector = selector;
    this.bookmarks = bookmarks;
  }

  /** For one who selects, an object that does not match is none. */
  @Override
  public synchronized void happened(Happening happening) {
    Optional<Stored> before = happening.before().filter(selector::matches);
    Optional<Stored> after = happening.after().filter(selector::matches);
    if (after.isPresent()) {
      send(ApiText.event(channel.alloc(), before.isPresent() ? "MODIFIED" : "ADDED", after.get()));
    } else if (before.isPresent()) {
      Stored last = Stored.of(kind, before.get().object(), happening.version());
      send(ApiText.event(channel.alloc(), "DELETED", last));
    }
  }

  @Override
  public synchronized void bookmark(long version, boolean initialEnd) {
    if (bookmarks) {
      send(ApiText.bookmark(channel.alloc(), kind, version, initialEnd));
      flush();
    }
  }

  @Override
  public synchronized void fail(Fault fault) {
    switch (fault) {
      case Fault.Refusal(int code, _) -> {
        send(ApiText.error(channel.alloc(), code));
        end();
      }
      case Fault.Garbage(String text) -> {
        send(ByteBufUtil.writeUtf8(channel.alloc(), text));
        end();
      }
      case Fault.Silence() -> silent = true;
      case Fault.Hangup() -> channel.close();
    }
  }

  /** Ends it as a server does whose time for it is over. */
  synchronized void end() {
    if (!silent) {
      silent = true;
      channel
          .writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT)
          .addListener(ChannelFutureListener.CLOSE);
    }
  }

  private synchronized void send(ByteBuf text) {
    if (silent) {
      text.release();
    } else {
      channel.write(new DefaultHttpContent(text));
    }
  }

  @Override
  public void flush() {
    channel.flush();
  }
}

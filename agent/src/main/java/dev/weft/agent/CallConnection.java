package dev.weft.agent;

import dev.weft.cni.CniException;
import dev.weft.cni.ErrorCode;
import dev.weft.cni.Reply;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The agent's side of one conversation with a launcher: two descriptors come, then the call, and
 * one answer goes. It is heard on the thread of its channel, and answered from any.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed channel is closed, which we hear of
final class CallConnection extends ChannelInboundHandlerAdapter {
  private final CallSocket server;
  private final EpollDomainSocketChannel channel;
  private final long openedNanos = System.nanoTime();

  /** The launcher's directory and its CNI_NETNS, until they are the call's. */
  private final List<FileDescriptor> descriptors = new ArrayList<>(2);

  private ByteBuf received = Unpooled.buffer(4096);

  /** What it takes of what all calls together may hold, until it closes. */
  private int held;

  private Optional<CallFormat.Head.Body> head = Optional.empty();
  private boolean heard;

  CallConnection(CallSocket server, EpollDomainSocketChannel channel) {
    this.server = server;
    this.channel = channel;
  }

  /** How long it has been open without a whole call. */
  long ageNanos() {
    return System.nanoTime() - openedNanos;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) throws IOException {
    if (!server.trusts(channel.peerCredentials())) {
      heard = true;
      decline();
      return;
    }
    server.opened(this);
    context.read();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof FileDescriptor descriptor) {
      descriptors.add(descriptor);
      if (descriptors.size() == 2) {
        channel.config().setReadMode(DomainSocketReadMode.BYTES);
        // Not at once: Netty is in the midst of reading descriptors, and would go on.
        channel.eventLoop().execute(() -> channel.config().setAutoRead(true));
      } else {
        context.read();
      }
      return;
    }
    ByteBuf bytes = (ByteBuf) message;
    try {
      if (heard) {
        return;
      }
      if (server.hold(bytes.readableBytes())) {
        held += bytes.readableBytes();
        received.writeBytes(bytes);
        understand();
      } else {
        end();
        refuse("too many calls are on their way: try again later");
      }
    } finally {
      bytes.release();
    }
  }

  private void understand() {
    if (head.isEmpty()) {
      if (received.readableBytes() < CallFormat.HEAD_BYTES) {
        return;
      }
      switch (CallFormat.head(received)) {
        case CallFormat.Head.Body body -> head = Optional.of(body);
        case CallFormat.Head.Foreign _ -> {
          end();
          decline();
          return;
        }
      }
    }
    if (received.readableBytes() < head.get().length()) {
      return;
    }
    Call call;
    try {
      call = CallFormat.body(received, descriptors.getFirst(), descriptors.getLast());
    } catch (IndexOutOfBoundsException e) {
      end();
      decline();
      return;
    }
    descriptors.clear();
    end();
    server.completed(this, call);
  }

  /** Hears no more of what the launcher may say. */
  private void end() {
    heard = true;
    channel.config().setAutoRead(false);
    received.release();
    received = Unpooled.EMPTY_BUFFER;
    server.heard(this);
  }

  /** Whether the launcher still waits for the answer. */
  boolean isOpen() {
    return channel.isActive();
  }

  void sayWorking() {
    channel.writeAndFlush(CallFormat.working());
  }

  /**
   * Sends the launcher its other way, before the whole call is here or because it is not for us.
   */
  void decline() {
    server.declined();
    channel.writeAndFlush(CallFormat.declined()).addListener(ChannelFutureListener.CLOSE);
  }

  void answer(Reply reply) {
    channel.writeAndFlush(CallFormat.reply(reply)).addListener(ChannelFutureListener.CLOSE);
  }

  void refuse(String why) {
    server.refused();
    answer(Reply.failure(new CniException(ErrorCode.TRY_AGAIN_LATER, why)));
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws IOException {
    server.closed(this, held);
    received.release();
    for (FileDescriptor descriptor : descriptors) {
      descriptor.close();
    }
    descriptors.clear();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
    server.failed(failure);
    context.close();
  }
}

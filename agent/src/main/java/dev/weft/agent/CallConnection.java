package dev.weft.agent;

import dev.weft.cni.CniException;
import dev.weft.cni.ErrorCode;
import dev.weft.cni.Reply;
import dev.weft.kernel.CallingProcess;
import dev.weft.kernel.KernelException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.PeerCredentials;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * The agent's side of one conversation with a launcher: the call comes, and one answer goes. It is
 * heard on the thread of its channel, and answered from any.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed channel is closed, which we hear of
final class CallConnection extends ChannelInboundHandlerAdapter {
  private final CallSocket server;
  private final EpollDomainSocketChannel channel;
  private final long openedNanos = System.nanoTime();

  private ByteBuf received = Unpooled.buffer(4096);

  /** What it takes of what all calls together may hold, until it closes. */
  private int held;

  private Optional<CallFormat.Head.Body> head = Optional.empty();
  private boolean heard;

  /** The launcher. */
  private int pid;

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
    PeerCredentials peer = channel.peerCredentials();
    if (server.trusts(peer)) {
      pid = peer.pid();
      server.opened(this);
    } else {
      heard = true;
      decline();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
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
    Optional<Call> call = call();
    end();
    call.ifPresentOrElse(whole -> server.completed(this, whole), this::decline);
  }

  /** Nothing if what came is no call, or who sent it is gone or out of sight. */
  private Optional<Call> call() {
    FileDescriptor process;
    try {
      process = new FileDescriptor(CallingProcess.openPeer(channel.fd().intValue(), pid));
    } catch (KernelException e) {
      return Optional.empty();
    }
    try {
      return Optional.of(CallFormat.body(received, process));
    } catch (IndexOutOfBoundsException e) {
      close(process);
      return Optional.empty();
    }
  }

  private static void close(FileDescriptor process) {
    try {
      process.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
  public void channelInactive(ChannelHandlerContext context) {
    server.closed(this, held);
    received.release();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
    server.failed(failure);
    context.close();
  }
}

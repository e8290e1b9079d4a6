package dev.weft.agent;

import dev.weft.cni.CniException;
import dev.weft.cni.ErrorCode;
import dev.weft.cni.Reply;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.PeerCredentials;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Where launchers bring their calls. One thread hears all of them and works on none: it always has
 * time to answer.
 */
final class CallSocket {
  private static final Logger LOG = Logger.getLogger(CallSocket.class.getName());

  /** How often those that wait are looked at, and launchers are told that we work, in seconds. */
  private static final int ROUND_SECONDS = 2;

  /** A launcher that does not bring its whole call meanwhile may go its other way. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(8);

  /** A call that takes longer hangs: its launcher is not told any more that we work on it. */
  private static final long CALL_LIMIT_NANOS = TimeUnit.MINUTES.toNanos(10);

  /** Connections without a whole call; the oldest makes room for one more. */
  private static final int INCOMPLETE_LIMIT = 512;

  /** What all calls together may hold, in bytes as they came; in memory they are thrice as big. */
  private static final int HELD_LIMIT = 4 << 20;

  private final CallQueue<Pending> queue;
  private final CallService service;
  private final long uid;
  private final Life life;
  private final CallStatistics statistics;

  /** Counted as well, so that it is no slower for real calls, but told to nobody. */
  private final CallStatistics ofWarmUp = new CallStatistics();

  /** Those without a whole call, the oldest first. */
  private final Set<CallConnection> incomplete = new LinkedHashSet<>();

  /** Those whose call waits or is worked on. */
  private final Set<CallConnection> pending = new HashSet<>();

  private int held;

  /**
   * @param since when the whole call was here, on the clock {@link System#nanoTime}
   */
  private record Pending(CallConnection connection, Call call, long since) {}

  CallSocket(
      CallService service,
      Executor home,
      int workingLimit,
      int waitingLimit,
      long uid,
      Life life,
      CallStatistics statistics) {
    this.service = service;
    this.uid = uid;
    this.life = life;
    this.statistics = statistics;
    this.queue = new CallQueue<>(workingLimit, waitingLimit, home, this::work);
  }

  /**
   * Listens at a new socket of this name.
   *
   * @param loop of one thread, which never moves between namespaces
   */
  Channel listen(EventLoopGroup loop, Path socket) throws InterruptedException {
    return begun(
        bootstrap(loop)
            .channel(EpollServerDomainSocketChannel.class)
            .bind(new DomainSocketAddress(socket.toFile())));
  }

  /** Listens at a socket that a service manager has opened. */
  Channel listen(EventLoopGroup loop, int descriptor) throws InterruptedException {
    return begun(
        bootstrap(loop)
            .channelFactory(() -> new EpollServerDomainSocketChannel(descriptor, true))
            .register());
  }

  private ServerBootstrap bootstrap(EventLoopGroup loop) {
    return new ServerBootstrap()
        .group(loop)
        .option(ChannelOption.SO_BACKLOG, 4096)
        .option(ChannelOption.ALLOCATOR, UnpooledByteBufAllocator.DEFAULT)
        .childOption(ChannelOption.ALLOCATOR, UnpooledByteBufAllocator.DEFAULT)
        .childHandler(
            new ChannelInitializer<EpollDomainSocketChannel>() {
              @Override
              protected void initChannel(EpollDomainSocketChannel channel) {
                channel.pipeline().addLast(new CallConnection(CallSocket.this, channel));
              }
            });
  }

  private Channel begun(ChannelFuture listening) throws InterruptedException {
    Channel server = listening.sync().channel();
    var rounds =
        server
            .eventLoop()
            .scheduleAtFixedRate(this::round, ROUND_SECONDS, ROUND_SECONDS, TimeUnit.SECONDS);
    server.closeFuture().addListener(_ -> rounds.cancel(false));
    return server;
  }

  CallQueue.Load load() {
    return queue.load();
  }

  /** How many launchers are connected. Asked on the thread of the connections. */
  int connections() {
    return incomplete.size() + pending.size();
  }

  /** From now on sends launchers their other way; waits for the calls that are here. */
  boolean drain(Channel server, long nanos) throws InterruptedException {
    server
        .eventLoop()
        .submit(
            () -> {
              life.enter(Life.Phase.DRAINING);
              List.copyOf(incomplete).forEach(CallConnection::decline);
            })
        .sync();
    return queue.awaitEmpty(nanos);
  }

  boolean trusts(PeerCredentials peer) {
    return peer.uid() == 0 || peer.uid() == uid;
  }

  void opened(CallConnection connection) {
    incomplete.add(connection);
    if (life.phase() == Life.Phase.DRAINING) {
      connection.decline();
      return;
    }
    if (incomplete.size() > INCOMPLETE_LIMIT) {
      incomplete.iterator().next().decline();
    }
  }

  void completed(CallConnection connection, Call call) {
    pending.add(connection);
    if (life.phase() == Life.Phase.DRAINING) {
      call.close();
      connection.decline();
    } else if (!queue.offer(call.container(), new Pending(connection, call, System.nanoTime()))) {
      call.close();
      connection.refuse("too many calls wait already: try again later");
    }
  }

  void declined() {
    statistics.declined();
  }

  void refused() {
    statistics.refused();
  }

  /** Whatever else a connection says, no call will come of it. */
  void heard(CallConnection connection) {
    incomplete.remove(connection);
  }

  /** Whether there is room for some more bytes, which then is taken until the connection closes. */
  boolean hold(int bytes) {
    if (held + bytes > HELD_LIMIT) {
      return false;
    }
    held += bytes;
    return true;
  }

  /**
   * @param bytes what it held
   */
  void closed(CallConnection connection, int bytes) {
    incomplete.remove(connection);
    pending.remove(connection);
    held -= bytes;
  }

  void failed(Throwable failure) {
    LOG.log(Level.FINE, "a connection failed", failure);
  }

  private void round() {
    for (CallConnection connection : List.copyOf(incomplete)) {
      if (connection.ageNanos() > PATIENCE_NANOS) {
        connection.decline();
      }
    }
    for (CallConnection connection : pending) {
      if (connection.ageNanos() < CALL_LIMIT_NANOS) {
        connection.sayWorking();
      }
    }
  }

  /** On a thread of the queue's. */
  private void work(Pending pending) {
    CallConnection connection = pending.connection;
    long begun = System.nanoTime();
    try (Call call = pending.call) {
      if (!connection.isOpen()) {
        statistics.abandoned(); // and nothing was done
        return;
      }
      Optional<Reply> reply = service.serve(call, connection::isOpen);
      if (reply.isPresent()) {
        answer(pending, begun, reply.get());
      } else {
        connection.decline();
      }
    } catch (Throwable e) {
      LOG.log(Level.SEVERE, "a call failed", e);
      answer(
          pending,
          begun,
          Reply.failure(new CniException(ErrorCode.INTERNAL, "internal error: " + e)));
      throw e;
    }
  }

  /** Counts before it answers: who has the answer finds it counted. */
  private void answer(Pending pending, long begun, Reply reply) {
    boolean isReal = !WarmUp.makes(pending.call);
    long waited = begun - pending.since;
    ServedCall served =
        ServedCall.of(pending.call, reply, waited, System.nanoTime() - pending.since);
    (isReal ? statistics : ofWarmUp).served(served);
    if (!pending.connection.isOpen()) {
      statistics.abandoned();
    }
    pending.connection.answer(reply);
    if (isReal) {
      served.log();
    }
  }
}

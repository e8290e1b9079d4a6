package dev.weft.pages;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Where pages of figures are told by HTTP: one request a connection, all of them on one thread, and
 * none of any size. Whoever comes while many are here already is turned away.
 */
public final class PageSocket implements AutoCloseable {
  /** In the place of a path: the page for each that has none. */
  public static final String ANY_PATH = "*";

  private static final Set<PosixFilePermission> OWNER =
      PosixFilePermissions.fromString("rw-------");

  private static final int CONNECTIONS_LIMIT = 64;
  private static final int LINE_LIMIT = 1024;
  private static final int HEADERS_LIMIT = 8192;
  private static final int FILE_TYPE = 0170000;
  private static final int SOCKET_TYPE = 0140000;

  private final SequencedMap<String, Supplier<Page>> pages;
  private final Channel channel;

  /** The name of a Unix socket, which goes with it. */
  private final Optional<Path> name;

  private int connections;

  private PageSocket(
      EventLoopGroup loop,
      Class<? extends ServerChannel> kind,
      SocketAddress address,
      Optional<Path> name,
      SequencedMap<String, Supplier<Page>> pages)
      throws IOException, InterruptedException {
    this.pages = pages;
    this.name = name;
    this.channel = bind(loop, kind, address);
  }

  /**
   * Listens at a Unix socket, for root and the process's own user. One that was left behind there
   * by another process makes room.
   *
   * @param loop of one thread, on which the pages are made
   * @throws IOException if there is something else of this name, or there can be nothing
   */
  public static PageSocket at(
      Path name, EventLoopGroup loop, SequencedMap<String, Supplier<Page>> pages)
      throws IOException, InterruptedException {
    if (Files.exists(name, LinkOption.NOFOLLOW_LINKS) && !isSocket(name)) {
      throw new IOException(name + " should be free for a socket, but there is something else");
    }
    Path listening = name.resolveSibling(name.getFileName() + ".new");
    Files.deleteIfExists(listening);
    PageSocket socket =
        new PageSocket(
            loop,
            EpollServerDomainSocketChannel.class,
            new DomainSocketAddress(listening.toFile()),
            Optional.of(name),
            pages);
    publish(listening, name);
    return socket;
  }

  /**
   * Listens at a port.
   *
   * @param loop as above
   * @throws IOException if it is taken, or the address is nobody's here
   */
  public static PageSocket at(
      InetSocketAddress address, EventLoopGroup loop, SequencedMap<String, Supplier<Page>> pages)
      throws IOException, InterruptedException {
    return new PageSocket(loop, EpollServerSocketChannel.class, address, Optional.empty(), pages);
  }

  /** Gives a socket that listens under another name its own, in the place of whatever has it. */
  public static void publish(Path listening, Path name) throws IOException {
    Files.setPosixFilePermissions(listening, OWNER);
    Files.move(listening, name, StandardCopyOption.ATOMIC_MOVE);
  }

  private static boolean isSocket(Path file) throws IOException {
    int mode = (int) Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    return (mode & FILE_TYPE) == SOCKET_TYPE;
  }

  private Channel bind(
      EventLoopGroup loop, Class<? extends ServerChannel> kind, SocketAddress address)
      throws IOException, InterruptedException {
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loop)
            .channel(kind)
            .option(ChannelOption.SO_BACKLOG, CONNECTIONS_LIMIT)
            .option(ChannelOption.ALLOCATOR, UnpooledByteBufAllocator.DEFAULT)
            .childOption(ChannelOption.ALLOCATOR, UnpooledByteBufAllocator.DEFAULT)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel connection) {
                    begin(connection);
                  }
                })
            .bind(address)
            .await();
    if (!bound.isSuccess()) {
      throw new IOException(
          "no socket can be had at " + address + ": " + bound.cause(), bound.cause());
    }
    return bound.channel();
  }

  @SuppressWarnings("FutureReturnValueIgnored") // there is nothing to do where it is closed already
  private void begin(Channel connection) {
    if (connections >= CONNECTIONS_LIMIT) {
      connection.close();
      return;
    }
    connections++;
    connection.closeFuture().addListener(_ -> connections--);
    connection
        .pipeline()
        .addLast(
            new HttpServerCodec(
                new HttpDecoderConfig()
                    .setMaxInitialLineLength(LINE_LIMIT)
                    .setMaxHeaderSize(HEADERS_LIMIT)))
        .addLast(new PageHandler(pages));
  }

  /** Where it is, with the port that it has. */
  public String address() {
    if (channel.localAddress() instanceof InetSocketAddress address) {
      String host = address.getAddress().getHostAddress();
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }
    return name.map(Path::toString).orElse("");
  }

  @Override
  public void close() throws IOException {
    if (name.isPresent()) {
      Files.deleteIfExists(name.get());
    }
    channel.close().awaitUninterruptibly();
  }
}

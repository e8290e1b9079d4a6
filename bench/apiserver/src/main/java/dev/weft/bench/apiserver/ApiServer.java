package dev.weft.bench.apiserver;

import dev.weft.json.Json;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The server. It listens at once, at a free port of the loopback. Each method may be called by any
 * thread.
 */
public final class ApiServer implements AutoCloseable {
  private static final int BODY_LIMIT = 1 << 20;
  private static final int BOOKMARK_SECONDS = 60;
  private static final int LEAST_PORT = 20_000;

  /** Where Linux begins to give ports to clients. */
  private static final int EPHEMERAL_PORTS = 32_768;

  private static final int PORTS_TRIED = 100;

  private final Store store = new Store();
  private final Pages pages = new Pages();
  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("weft-apiserver", true), NioIoHandler.newFactory());
  private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final Consumer<ChannelPipeline> transport;
  private final List<ApiRequest> requests = new ArrayList<>();
  private final InetSocketAddress address;
  private Optional<Failing> failing = Optional.empty();

  private record Failing(Predicate<ApiRequest> which, Fault fault) {}

  /** Over plain HTTP. */
  public ApiServer() {
    this(_ -> {});
  }

  /**
   * Over plain HTTP, behind a socket that is open and not bound: so it may be of another network
   * namespace. Cannot come up again after it went down.
   */
  public ApiServer(ServerSocketChannel socket) {
    this.transport = _ -> {};
    this.address = listen(() -> new NioServerSocketChannel(socket), 0);
    bookmarks();
  }

  /**
   * @param transport adds to a connection what stands below HTTP, such as TLS
   */
  public ApiServer(Consumer<ChannelPipeline> transport) {
    this.transport = transport;
    this.address = findPort();
    bookmarks();
  }

  private void bookmarks() {
    var _ =
        loop.scheduleAtFixedRate(
            store::bookmark, BOOKMARK_SECONDS, BOOKMARK_SECONDS, TimeUnit.SECONDS);
  }

  /** Finds a port that no client on this machine gets for itself while the server is down. */
  private InetSocketAddress findPort() {
    RuntimeException last = new IllegalStateException("no port was tried");
    for (int i = 0; i < PORTS_TRIED; i++) {
      try {
        return listen(ThreadLocalRandom.current().nextInt(LEAST_PORT, EPHEMERAL_PORTS));
      } catch (RuntimeException e) {
        last = e; // somebody is there
      }
    }
    throw last;
  }

  private InetSocketAddress listen(int port) {
    return listen(NioServerSocketChannel::new, port);
  }

  private InetSocketAddress listen(ChannelFactory<ServerChannel> sockets, int port) {
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loop)
            .channelFactory(sockets)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel connection) {
                    begin(connection);
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IllegalStateException("cannot listen at port " + port, bound.cause());
    }
    channels.add(bound.channel());
    return (InetSocketAddress) bound.channel().localAddress();
  }

  private void begin(Channel connection) {
    channels.add(connection);
    transport.accept(connection.pipeline());
    connection
        .pipeline()
        .addLast(new HttpServerCodec())
        .addLast(new HttpObjectAggregator(BODY_LIMIT))
        .addLast(new ApiConnection(this, store));
  }

  Pages pages() {
    return pages;
  }

  /** Notes a request down, and says how to fail at it. */
  Optional<Fault> received(ApiRequest request) {
    synchronized (requests) {
      requests.add(request);
      return failing.filter(now -> now.which().test(request)).map(Failing::fault);
    }
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return address;
  }

  /** A kubeconfig by which clients find it over plain HTTP. */
  public String kubeconfig() {
    return """
        apiVersion: v1
        kind: Config
        clusters: [{name: test, cluster: {server: "http://%s:%d"}}]
        users: [{name: test, user: {token: test}}]
        contexts: [{name: test, context: {cluster: test, user: test}}]
        current-context: test
        """
        .formatted(address.getAddress().getHostAddress(), address.getPort());
  }

  /** What was asked so far, in order. */
  public List<ApiRequest> requests() {
    synchronized (requests) {
      return List.copyOf(requests);
    }
  }

  /** There is this object now, new or changed, of one of the kinds that the server knows. */
  public void put(Json.Obj object) {
    store.put(List.of(object));
  }

  /** The same of many at one moment. */
  public void putAll(Collection<Json.Obj> objects) {
    store.put(objects);
  }

  /**
   * There is no such object any more.
   *
   * @param namespace empty for what has none
   * @return whether there was one
   */
  public boolean delete(ApiKind kind, String namespace, String name) {
    return store.delete(kind, namespace, name);
  }

  /** How many watches are open. */
  public int watches() {
    return store.watches();
  }

  /** Tells all who watch at which version they are, as it does by itself each minute. */
  public void bookmark() {
    store.bookmark();
  }

  /** Forgets what happened: who watches on from an earlier version, or lists on, is refused. */
  public void forget() {
    store.forget();
    pages.forget();
  }

  /** Fails in the watches that are open. */
  public void failWatches(Fault fault) {
    store.fail(fault);
  }

  /** Fails at requests from now on, instead of how it failed before. */
  public void fail(Predicate<ApiRequest> which, Fault fault) {
    synchronized (requests) {
      failing = Optional.of(new Failing(which, fault));
    }
  }

  /** Serves all requests again. */
  public void heal() {
    synchronized (requests) {
      failing = Optional.empty();
    }
  }

  /** Closes all connections, and takes none. */
  public void goDown() {
    channels.close(ServerChannel.class::isInstance).syncUninterruptibly();
    channels.close().syncUninterruptibly();
  }

  /** Takes connections again after {@link #goDown}, at the same port, with the same objects. */
  public void comeUp() {
    listen(address.getPort());
  }

  @Override
  public void close() {
    goDown();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}

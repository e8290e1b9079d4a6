package dev.weft.agent;

import dev.weft.agent.LogLine.Fact;
import dev.weft.dispatch.Dispatch;
import dev.weft.kernel.ServiceManager;
import dev.weft.kernel.linux.LinuxKernel;
import dev.weft.pages.PageSocket;
import dev.weft.pending.NodeState;
import dev.weft.pending.PendingDeletes;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The resident process: it serves the calls of plugins that launchers bring to its socket.
 *
 * <p>What it changes is as safe from its sudden end as what a process of its own changes: it keeps
 * nothing in memory that the next one would need. What a call was in the midst of when it ended,
 * the next one undoes.
 */
public final class Agent {
  private static final Logger LOG = Logger.getLogger(Agent.class.getName());

  /** How long calls may take to end after the agent was told to. */
  private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(25);

  /** A launcher that found the socket a moment ago may still be on its way. */
  private static final long LATE_COMERS_MILLIS = 100;

  private final AgentSettings settings;
  private final AgentDirectory directory;
  private final EventLoopGroup loop;
  private final CallSocket calls;
  private final Replays replays;
  private final Channel channel;
  private final List<PageSocket> pages;

  private Agent(
      AgentSettings settings,
      AgentDirectory directory,
      EventLoopGroup loop,
      CallSocket calls,
      Replays replays,
      Channel channel,
      List<PageSocket> pages) {
    this.settings = settings;
    this.directory = directory;
    this.loop = loop;
    this.calls = calls;
    this.replays = replays;
    this.channel = channel;
    this.pages = pages;
  }

  /**
   * Starts an agent, which is ready when this returns.
   *
   * @throws IOException if its directory is not fit, or another agent has it
   */
  public static Agent start(AgentSettings settings) throws IOException, InterruptedException {
    AgentDirectory directory = AgentDirectory.take(settings.beside("").toAbsolutePath());
    openJars();
    LinuxKernel kernel = new LinuxKernel();
    EventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(
            1, Thread.ofPlatform().name("socket").factory(), EpollIoHandler.newFactory());
    Executor home = home();
    Life life = new Life();
    CallStatistics statistics = new CallStatistics();
    PendingDeletes pendingDeletes =
        Dispatch.pendingDeletes(
            kernel,
            settings.launcher(),
            NodeState.beside(settings.socket(), settings.environment()));
    CallSocket calls =
        new CallSocket(
            new CallService(kernel, home, pendingDeletes),
            home,
            AgentSettings.WORKING_LIMIT,
            AgentSettings.WAITING_LIMIT,
            (int) Files.getAttribute(directory.scratch().getParent(), "unix:uid"),
            life,
            statistics);
    List<PageSocket> pages =
        tell(settings, loop, new StatusPages(life, calls, statistics, pendingDeletes));
    Path socket = directory.scratch().resolve("new.sock");
    Channel channel = calls.listen(loop, socket);
    // Whoever waits there already is served at once, if more slowly than later.
    OptionalInt inherited = ServiceManager.inheritedSocket(settings.environment());
    Optional<Channel> activated =
        inherited.isPresent()
            ? Optional.of(calls.listen(loop, inherited.getAsInt()))
            : Optional.empty();
    long begun = System.nanoTime();
    new WarmUp(kernel, settings.launcher(), socket, directory.scratch()).run();
    warmUpPages(settings);
    life.enter(Life.Phase.READY);
    if (activated.isPresent()) {
      channel.close().sync();
    } else {
      PageSocket.publish(socket, settings.socket());
    }
    ServiceManager.tell(settings.environment(), "READY=1");
    long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
    LOG.log(
        Level.INFO,
        "serving calls",
        new Fact[] {new Fact("socket", settings.socket()), new Fact("warm_up_ms", took)});
    return new Agent(
        settings,
        directory,
        loop,
        calls,
        new Replays(pendingDeletes, home),
        activated.orElse(channel),
        pages);
  }

  /** Threads that are started here, where nobody moves between namespaces, and never end. */
  private static Executor home() {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            AgentSettings.HOME_THREADS,
            AgentSettings.HOME_THREADS,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().name("home").daemon().factory());
    threads.prestartAllCoreThreads();
    return threads;
  }

  private static List<PageSocket> tell(
      AgentSettings settings, EventLoopGroup loop, StatusPages pages)
      throws IOException, InterruptedException {
    List<PageSocket> told = new ArrayList<>();
    told.add(PageSocket.at(AgentSettings.statusSocket(settings.socket()), loop, pages.status()));
    if (settings.metrics().isPresent()) {
      PageSocket metrics =
          switch (settings.metrics().get()) {
            case MetricsAddress.Port(InetSocketAddress address) ->
                PageSocket.at(address, loop, pages.metrics());
            case MetricsAddress.UnixSocket(Path path) -> PageSocket.at(path, loop, pages.metrics());
          };
      LOG.log(Level.INFO, "telling metrics", new Fact[] {new Fact("address", metrics.address())});
      told.add(metrics);
    }
    return told;
  }

  /** Whoever asks first how the agent is shall not hold up the calls of that moment. */
  private static void warmUpPages(AgentSettings settings) {
    StatusClient client = new StatusClient(settings.socket());
    for (int i = 0; i < 10; i++) {
      if (client.ask() instanceof StatusClient.Answer.None(String sentence)) {
        LOG.warning(sentence);
      }
    }
  }

  /**
   * The number of the process that serves the calls at a socket; nothing if none does, or none that
   * this process can see.
   *
   * @throws IOException if its directory cannot be read
   */
  public static OptionalInt processOf(Path socket) throws IOException {
    return AgentDirectory.holder(socket.resolveSibling("").toAbsolutePath());
  }

  /**
   * Ends it: sends launchers their other way, and waits for the calls that are here, 25 seconds at
   * most.
   */
  public void drain() throws IOException, InterruptedException {
    ServiceManager.tell(settings.environment(), "STOPPING=1");
    LOG.info("ending with the calls that are here");
    if (ServiceManager.inheritedSocket(settings.environment()).isEmpty()) {
      Files.deleteIfExists(settings.socket());
    }
    if (!calls.drain(channel, DRAIN_NANOS)) {
      LOG.warning(() -> "ending although calls are not done: " + calls.load());
    }
    replays.close();
    Thread.sleep(LATE_COMERS_MILLIS);
    channel.close().sync();
    for (PageSocket each : pages) {
      each.close();
    }
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    directory.close();
    LOG.info("ended");
  }

  /**
   * Has the class loader open all its jars, which it does as it looks for what none of them has. A
   * class that is first wanted while its thread sees another process's files could not be found.
   */
  private static void openJars() {
    try {
      Class.forName("dev.weft.agent.Absent");
    } catch (ClassNotFoundException e) {
      LOG.log(Level.FINEST, "as it should be", e);
    }
  }
}

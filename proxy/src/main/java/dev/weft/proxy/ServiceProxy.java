package dev.weft.proxy;

import dev.weft.iptables.apply.Written;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.net.IpFamily;
import dev.weft.pages.Page;
import dev.weft.pages.PageSocket;
import dev.weft.pages.PrometheusText;
import dev.weft.proxy.FamilySync.Outcome;
import dev.weft.watch.ApiServerSource;
import dev.weft.watch.ClusterNode;
import dev.weft.watch.ObjectEvent;
import dev.weft.watch.ObjectSource;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Serves the Services of a cluster on a node for as long as it runs: one thread has the rules
 * follow what a source tells, and compares them now and then. Rules stay when it ends, as nobody
 * else would serve meanwhile.
 */
public final class ServiceProxy implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(ServiceProxy.class.getName());

  /** Wakes the thread to end. */
  private static final Heard END = new Heard.End();

  private final ServiceSync sync;
  private final Schedule schedule;
  private final ProxyHealth health;
  private final ProxyMetrics metrics;
  private final EventLoopGroup loop;
  private final HealthPorts healthPorts;
  private final List<PageSocket> pages = new ArrayList<>();
  private final BlockingQueue<Heard> queue = new LinkedBlockingQueue<>();
  private final List<Instant> since = new ArrayList<>();

  /** The last one of each family; empty if it succeeded. */
  private final Map<IpFamily, String> failures = new EnumMap<>(IpFamily.class);

  private boolean begun;
  private @Nullable Thread thread;

  /** What the thread is told. */
  private sealed interface Heard {
    /** What a source told at once. */
    record Objects(List<ObjectEvent> events) implements Heard {}

    /** What the cluster says of this node. */
    record Here(ClusterNode node) implements Heard {}

    record End() implements Heard {}
  }

  private ServiceProxy(ProxySettings settings, NetworkNamespace namespace) {
    sync = new ServiceSync(settings, namespace);
    schedule = new Schedule(settings.syncPeriod(), settings.minSyncPeriod(), System.nanoTime());
    health = new ProxyHealth(settings.syncPeriod());
    metrics = new ProxyMetrics(settings.mode());
    loop =
        new MultiThreadIoEventLoopGroup(
            1, Thread.ofPlatform().name("pages").daemon().factory(), EpollIoHandler.newFactory());
    healthPorts = new HealthPorts(loop, () -> health.status(Instant.now()).healthy());
  }

  /**
   * Starts to serve what a source tells.
   *
   * @param namespace the node's own, in which the calling thread is
   * @param source is closed with this
   * @throws IOException if pages cannot be told where they should
   */
  public static ServiceProxy start(
      ProxySettings settings, NetworkNamespace namespace, ObjectSource source)
      throws IOException, InterruptedException {
    ServiceProxy proxy = new ServiceProxy(settings, namespace);
    try {
      proxy.tell(settings.health(), proxy.healthPages());
      proxy.tell(settings.metrics(), proxy.metricsPages());
    } catch (IOException e) {
      proxy.closePages();
      throw e;
    }
    if (source instanceof ApiServerSource server) {
      server.followNode(settings.node().name(), node -> proxy.queue.add(new Heard.Here(node)));
    }
    source.start(events -> proxy.queue.add(new Heard.Objects(List.copyOf(events))));
    proxy.thread = Thread.ofPlatform().name("services").start(() -> proxy.run(source));
    return proxy;
  }

  private void tell(Optional<InetSocketAddress> where, SequencedMap<String, Supplier<Page>> what)
      throws IOException, InterruptedException {
    if (where.isPresent()) {
      PageSocket socket = PageSocket.at(where.get(), loop, what);
      pages.add(socket);
      LOG.info("telling " + String.join(", ", what.keySet()) + " at " + socket.address());
    }
  }

  private void run(ObjectSource source) {
    try {
      while (true) {
        List<Heard> heard = await();
        if (heard.contains(END)) {
          return;
        }
        for (Heard each : heard) {
          switch (each) {
            case Heard.Objects(var events) -> hear(events);
            case Heard.Here(var node) -> hear(node);
            case Heard.End() -> {}
          }
        }
        work();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      // Whoever looks after this process starts it anew; half of it would look like all of it.
      LOG.log(Level.SEVERE, "the proxy ends by a defect of ours", e);
      Runtime.getRuntime().halt(1);
    } finally {
      source.close();
    }
  }

  /** What came meanwhile; waits for it until something else is to be done. */
  private List<Heard> await() throws InterruptedException {
    List<Heard> heard = new ArrayList<>();
    Heard first = queue.poll(schedule.idle(System.nanoTime()), TimeUnit.NANOSECONDS);
    if (first != null) {
      heard.add(first);
      queue.drainTo(heard);
    }
    return heard;
  }

  private void hear(List<ObjectEvent> events) {
    Instant now = Instant.now();
    metrics.heard(events, now);
    for (ObjectEvent event : events) {
      switch (event) {
        case ObjectEvent.Change change -> {
          sync.hear(change);
          begun |= change instanceof ObjectEvent.Replaced;
          if (change instanceof ObjectEvent.Put(_, Optional<Instant> then)) {
            then.ifPresent(since::add);
          }
          schedule.changed();
          health.heard(now);
        }
        case ObjectEvent.Wrong(var problem) -> LOG.warning(problem.text());
        case ObjectEvent.Away(String reason) ->
            LOG.warning("what stands is kept, for its objects cannot be seen: " + reason);
        case ObjectEvent.Back() -> LOG.info("the objects can be seen again");
      }
    }
  }

  private void hear(ClusterNode node) {
    health.leaving(node.leaving());
    if (sync.hear(node)) {
      LOG.info("this node is in " + node.zone().map(zone -> "zone " + zone).orElse("no zone"));
      schedule.changed();
      health.heard(Instant.now());
    }
  }

  private void work() throws InterruptedException {
    if (begun && schedule.isSyncDue(System.nanoTime())) {
      ServiceSync.Step step = sync.sync();
      healthPorts.follow(step.changes());
      schedule.synced(System.nanoTime(), !sync.hasFailed());
      done(step);
    } else if (schedule.isAuditDue(System.nanoTime())) {
      long begin = System.nanoTime();
      ServiceSync.Step step = sync.audit();
      healthPorts.retry();
      long end = System.nanoTime();
      schedule.audited(end, end - begin, !sync.hasFailed());
      done(step);
    }
  }

  private void done(ServiceSync.Step step) {
    Instant now = Instant.now();
    metrics.done(step, since, now);
    if (!sync.hasFailed()) {
      since.clear();
    }
    for (Outcome outcome : step.outcomes()) {
      log(outcome);
      if (outcome.succeeded() || !sync.isNeeded(outcome.family())) {
        health.updated(outcome.family(), now);
      }
    }
  }

  /** What goes on to fail is said once. */
  private void log(Outcome outcome) {
    String name = OneSync.name(outcome.family());
    String before = failures.getOrDefault(outcome.family(), "");
    failures.put(outcome.family(), outcome.failure());
    if (!outcome.succeeded() && !outcome.failure().equals(before)) {
      boolean needed = sync.isNeeded(outcome.family());
      LOG.log(needed ? Level.SEVERE : Level.INFO, name + ": " + outcome.failure());
    }
    if (outcome.succeeded() && !before.isEmpty()) {
      LOG.info(name + ": rules are written again");
    }
    for (String finding : outcome.written().map(Written::findings).orElse(List.of())) {
      LOG.warning(name + ": " + finding);
    }
    if (outcome.succeeded() && LOG.isLoggable(Level.FINE)) {
      LOG.fine(OneSync.sentence(outcome));
    }
  }

  private SequencedMap<String, Supplier<Page>> healthPages() {
    SequencedMap<String, Supplier<Page>> all = new LinkedHashMap<>();
    all.put("/healthz", this::healthz);
    all.put("/livez", this::livez);
    return all;
  }

  /** Tells load balancers whether to send to this node: not if it is about to go. */
  private Page healthz() {
    ProxyHealth.Status status = health.status(Instant.now());
    String more = ", \"nodeEligible\": " + status.eligible();
    return healthPage("healthz", status, status.healthy() && status.eligible(), more);
  }

  private Page livez() {
    ProxyHealth.Status status = health.status(Instant.now());
    return healthPage("livez", status, status.healthy(), "");
  }

  private Page healthPage(String name, ProxyHealth.Status status, boolean good, String more) {
    HttpResponseStatus code = good ? HttpResponseStatus.OK : HttpResponseStatus.SERVICE_UNAVAILABLE;
    metrics.asked(name, code.code());
    String text =
        "{\"lastUpdated\": \"%s\",\"currentTime\": \"%s\"%s}"
            .formatted(status.lastUpdated(), status.now(), more);
    return new Page(code, "application/json", text, Map.of("X-Content-Type-Options", "nosniff"));
  }

  private SequencedMap<String, Supplier<Page>> metricsPages() {
    SequencedMap<String, Supplier<Page>> all = new LinkedHashMap<>();
    all.put("/metrics", () -> Page.of(PrometheusText.CONTENT_TYPE, metrics.write()));
    all.put("/healthz", this::healthz);
    return all;
  }

  /** Where pages are told, in the order health, metrics. */
  List<String> addresses() {
    return pages.stream().map(PageSocket::address).toList();
  }

  /** Ends when what it is writing is written. Rules stay. */
  @Override
  public void close() {
    queue.add(END);
    Thread running = thread;
    boolean interrupted = false;
    while (running != null && running.isAlive()) {
      try {
        running.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    healthPorts.close();
    closePages();
  }

  private void closePages() {
    for (PageSocket socket : pages) {
      try {
        socket.close();
      } catch (IOException e) {
        LOG.log(Level.FINE, "a socket was not closed", e);
      }
    }
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}

package dev.weft.bench.services;

import dev.weft.bench.apiserver.ApiServer;
import dev.weft.bench.macro.BenchException;
import dev.weft.bench.macro.Distribution;
import dev.weft.bench.macro.WorkDirectory;
import dev.weft.kernel.linux.LinuxKernel;
import dev.weft.net.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Starts proxies beside an API server that has all objects, and times packets: until the last
 * Service is served, and from an event until a packet goes by it.
 */
public final class ServicesBenchmark {
  private static final String PATH = "/usr/sbin:/usr/bin:/sbin:/bin";
  private static final Path LEGACY = Path.of("/usr/sbin/xtables-legacy-multi");
  private static final Path NFT = Path.of("/usr/sbin/xtables-nft-multi");
  private static final long SHORTEST_PAUSE_NANOS = 200_000;
  private static final long LONGEST_PAUSE_NANOS = 20_000_000;
  private static final int SETTLE_MILLIS = 300;
  private static final int END_SECONDS = 10;

  private final ServicesSettings settings;
  private final LinuxKernel kernel = new LinuxKernel();
  private final WorkDirectory work;

  private ServicesBenchmark(ServicesSettings settings, WorkDirectory work) {
    this.settings = settings;
    this.work = work;
  }

  /**
   * Measures one proxy after the other, each on a node of its own.
   *
   * @param listener hears of each as it is done
   * @throws BenchException if nothing can be measured here
   */
  public static List<ServicesResult> run(
      ServicesSettings settings, Consumer<ServicesResult> listener) throws InterruptedException {
    List<ServicesResult> results = new ArrayList<>();
    try (WorkDirectory work = WorkDirectory.in(settings.workDirectory())) {
      ServicesBenchmark benchmark = new ServicesBenchmark(settings, work);
      for (int services : settings.services()) {
        for (ProxyKind kind : settings.kinds()) {
          if (kind.isOurs() || settings.kubeProxy().isPresent()) {
            ServicesResult result =
                benchmark.measure(kind, new Cluster(services, settings.endpoints()));
            results.add(result);
            listener.accept(result);
          }
        }
      }
    } catch (IOException e) {
      throw new BenchException("the benchmark cannot be made: " + e, e);
    }
    return results;
  }

  private ServicesResult measure(ProxyKind kind, Cluster cluster)
      throws IOException, InterruptedException {
    try (ServiceNode node = ServiceNode.create(kernel);
        ApiServer server = new ApiServer(node.listener())) {
      server.putAll(cluster.objects());
      Path log = work.path().resolve(kind.label() + "-" + cluster.services() + ".log");
      long begin = System.nanoTime();
      Process process = start(kind, node, server, log);
      try (ProcessTree tree = new ProcessTree(process)) {
        Optional<Duration> first =
            await(node, cluster, Cluster.lastEndpoint(0), begin, settings.patience(), process);
        if (first.isEmpty()) {
          String last = Files.readAllLines(log).stream().reduce((_, line) -> line).orElse("");
          return new ServicesResult(
              kind,
              cluster.services(),
              Optional.empty(),
              Distribution.of(List.of()),
              Double.NaN,
              tree.peakBytes(),
              "the last Service was not served; the last it said: " + last);
        }
        Thread.sleep(SETTLE_MILLIS);
        double cpu = tree.cpuSeconds();
        List<Double> changes = changes(node, server, cluster, process);
        cpu = tree.cpuSeconds() - cpu;
        return new ServicesResult(
            kind,
            cluster.services(),
            first.map(ServicesBenchmark::seconds),
            Distribution.of(changes),
            cpu / settings.changes(),
            tree.peakBytes(),
            changes.size() < settings.changes()
                ? "of " + settings.changes() + " changes " + changes.size() + " came in time"
                : "");
      } finally {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor(END_SECONDS, TimeUnit.SECONDS);
      }
    }
  }

  private List<Double> changes(ServiceNode node, ApiServer server, Cluster cluster, Process process)
      throws InterruptedException {
    List<Double> changes = new ArrayList<>();
    for (int version = 1; version <= settings.changes(); version++) {
      long begin = System.nanoTime();
      server.put(cluster.lastSlice(version));
      await(node, cluster, Cluster.lastEndpoint(version), begin, settings.patience(), process)
          .ifPresent(took -> changes.add(seconds(took)));
      Thread.sleep(SETTLE_MILLIS);
    }
    return changes;
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  /** Connects again and again; the longer it takes, the less often, a hundredth of the time. */
  private static Optional<Duration> await(
      ServiceNode node,
      Cluster cluster,
      IpAddress endpoint,
      long begin,
      Duration patience,
      Process process) {
    while (process.isAlive()) {
      Optional<IpAddress> by = node.connect(cluster.lastClusterIp());
      long took = System.nanoTime() - begin;
      if (by.equals(Optional.of(endpoint))) {
        return Optional.of(Duration.ofNanos(took));
      }
      if (took > patience.toNanos()) {
        break;
      }
      LockSupport.parkNanos(Math.clamp(took / 100, SHORTEST_PAUSE_NANOS, LONGEST_PAUSE_NANOS));
    }
    return Optional.empty();
  }

  private Process start(ProxyKind kind, ServiceNode node, ApiServer server, Path log)
      throws IOException {
    Path kubeconfig = Files.writeString(work.path().resolve("kubeconfig"), server.kubeconfig());
    Path configuration =
        Files.writeString(
            work.path().resolve("configuration.yaml"), kind.configuration(kubeconfig));
    Path program = kind.isOurs() ? settings.weft() : settings.kubeProxy().orElseThrow();
    ProcessBuilder builder =
        new ProcessBuilder(kind.command(program, kubeconfig, configuration))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put("PATH", iptables(kind) + PATH);
    return node.namespace().inside(builder::start);
  }

  /** A directory with the variant of iptables that a proxy is to find, as the start of a PATH. */
  private String iptables(ProxyKind kind) throws IOException {
    if (kind.variant().isEmpty()) {
      return "";
    }
    Path program = kind.variant().equals("legacy") ? LEGACY : NFT;
    Path directory = work.directory(kind.variant());
    for (String family : List.of("iptables", "ip6tables")) {
      for (String verb : List.of("", "-save", "-restore")) {
        Path link = directory.resolve(family + verb);
        if (!Files.exists(link)) {
          Files.createSymbolicLink(link, program);
        }
      }
    }
    return directory + ":";
  }
}

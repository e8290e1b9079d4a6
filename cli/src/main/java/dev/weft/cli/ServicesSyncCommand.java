package dev.weft.cli;

import dev.weft.agent.AgentLog;
import dev.weft.agent.LogLevel;
import dev.weft.iptables.apply.RulesModes;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.kernel.linux.LinuxKernel;
import dev.weft.net.IpFamily;
import dev.weft.pages.PageAddress;
import dev.weft.proxy.OneSync;
import dev.weft.proxy.ProxySettings;
import dev.weft.proxy.ServiceProxy;
import dev.weft.services.Node;
import dev.weft.services.Problem;
import dev.weft.services.ServedPort;
import dev.weft.services.ServiceCatalog;
import dev.weft.services.ServiceObjects;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code weft services sync}: has the node's rules follow Services. */
@Command(
    name = "sync",
    description = {
      "Has the rules of this node follow Services and EndpointSlices, as kube-proxy does.",
      "What stood before is compared and mended; what is not Weft's is never touched."
    })
final class ServicesSyncCommand extends Subcommand implements Callable<Integer> {
  @ArgGroup(multiplicity = "1")
  private How how = new How();

  /** How long it goes on. */
  static final class How {
    @Option(names = "--once", description = "Writes the rules, and ends.")
    private boolean once;

    @Option(names = "--watch", description = "Follows what changes, until SIGTERM; rules stay.")
    private boolean watch;

    @Option(names = "--dry-run", description = "Prints the rules, and changes nothing.")
    private boolean dryRun;
  }

  @ArgGroup(multiplicity = "1")
  private ObjectsOption objects = new ObjectsOption();

  @Mixin private NodeOptions node = new NodeOptions();

  @Option(
      names = "--sync-period",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description =
          "How often rules are compared with what they should be, 0s for never (default: 30s).")
  private Duration syncPeriod = Duration.ofSeconds(30);

  @Option(
      names = "--min-sync-period",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "How long after a change the next is made at the earliest (default: 0s).")
  private Duration minSyncPeriod = Duration.ZERO;

  @Option(
      names = "--health",
      paramLabel = "ADDRESS:PORT",
      converter = PageAddressConverter.class,
      description = "Tells /healthz and /livez there (default: nowhere).")
  private Optional<InetSocketAddress> health = Optional.empty();

  @Option(
      names = "--metrics",
      paramLabel = "ADDRESS:PORT",
      converter = PageAddressConverter.class,
      description = "Tells Prometheus there (default: nowhere).")
  private Optional<InetSocketAddress> metrics = Optional.empty();

  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      description = "error, warning, info or debug (default: info).")
  private LogLevel logLevel = LogLevel.INFO;

  @Override
  public Integer call() throws InterruptedException {
    Node here = node.node(this::warn);
    if (how.watch) {
      return watch(here);
    }
    ServiceObjects all = objects.read(this::warn);
    all.problems().forEach(this::tell);
    if (how.dryRun) {
      dryRun(here, all);
    }
    if (how.once) {
      NetworkNamespace namespace = new LinuxKernel().own();
      OneSync.run(settings(here), namespace, all, this::warn).forEach(out()::println);
    }
    boolean complete =
        all.problems().stream().noneMatch(problem -> problem.severity() == Problem.Severity.ERROR);
    return complete ? 0 : 1;
  }

  private int watch(Node here) throws InterruptedException {
    AgentLog.begin(logLevel, System.err);
    ServiceProxy proxy;
    try {
      proxy = ServiceProxy.start(settings(here), new LinuxKernel().own(), objects.source());
    } catch (IOException e) {
      err().println("weft: the proxy cannot start: " + e.getMessage());
      return 1;
    }
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(proxy), "end"));
    new CountDownLatch(1).await();
    return 0;
  }

  private static void end(ServiceProxy proxy) {
    proxy.close();
    Runtime.getRuntime().halt(0);
  }

  private ProxySettings settings(Node here) {
    return new ProxySettings(here, node.mode(), syncPeriod, minSyncPeriod, health, metrics);
  }

  private void dryRun(Node here, ServiceObjects all) {
    ServiceCatalog catalog = new ServiceCatalog(here.identity());
    catalog.replaceAll(all.services(), all.slices());
    catalog.takeChanges();
    List<ServedPort> ports = catalog.told();
    for (IpFamily family : IpFamily.values()) {
      boolean none = ports.stream().noneMatch(port -> port.family() == family);
      if (none && family == IpFamily.V6) {
        continue;
      }
      String program =
          switch (node.mode()) {
            case IPTABLES ->
                (family == IpFamily.V4 ? "iptables" : "ip6tables") + "-restore --noflush";
            case NFTABLES -> "nft list table";
          };
      out().println("# " + program);
      out().print(RulesModes.text(node.mode(), ports, family, here));
    }
    out().flush();
  }

  /** Made by picocli. */
  static final class PageAddressConverter implements ITypeConverter<InetSocketAddress> {
    @Override
    public InetSocketAddress convert(String text) {
      return PageAddress.parse(text)
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "'"
                          + text
                          + "' should be an address and a port, such as 0.0.0.0:10256 or"
                          + " [::1]:10256"));
    }
  }
}

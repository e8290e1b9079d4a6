package dev.weft.cli;

import dev.weft.bench.services.ProxyKind;
import dev.weft.bench.services.ServicesBenchmark;
import dev.weft.bench.services.ServicesResult;
import dev.weft.bench.services.ServicesSettings;
import dev.weft.bench.services.ServicesText;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** {@code weft bench services}. */
@Command(
    name = "services",
    sortOptions = false,
    description = {
      "Starts proxies of a node beside an API server that has all objects, one after the other, and"
          + " times packets: from the start to the one that the last Service serves, and from an"
          + " event to the one that a new endpoint serves. Tells their CPU time and memory too.",
      "Needs root, and ip of iproute2. Works in network namespaces of its own, and leaves nothing."
    },
    footer = {
      "",
      "Proxies: weft-nftables, weft-iptables, weft-iptables-legacy, kube-proxy-nftables,",
      "kube-proxy-iptables, kube-proxy-iptables-legacy"
    })
final class BenchServicesCommand extends Subcommand implements Callable<Integer> {
  private static final int MOST_SERVICES = 100_000;

  @Option(
      names = "--kube-proxy",
      paramLabel = "PATH",
      description = "The kube-proxy that Weft is compared with (default: Weft alone).")
  private @Nullable Path kubeProxy;

  @Option(
      names = "--proxies",
      paramLabel = "PROXY",
      split = ",",
      converter = KindConverter.class,
      description = "Which are measured, of those below (default: all).")
  private List<ProxyKind> kinds = List.of(ProxyKind.values());

  @Option(
      names = "--services",
      paramLabel = "N",
      split = ",",
      description = "How many Services (default: 1000,10000).")
  private List<Integer> services = List.of(1_000, 10_000);

  @Option(
      names = "--endpoints",
      paramLabel = "N",
      description = "How many endpoints each has (default: ${DEFAULT-VALUE}).")
  private int endpoints = 5;

  @Option(
      names = "--changes",
      paramLabel = "N",
      description = "How many changes are timed (default: ${DEFAULT-VALUE}).")
  private int changes = 20;

  @Option(
      names = "--patience",
      paramLabel = "S",
      description = "How many seconds a packet is waited for at most (default: ${DEFAULT-VALUE}).")
  private int patience = 300;

  @Option(
      names = "--work-dir",
      paramLabel = "DIR",
      description = "Where configuration and logs are meanwhile (default: ${DEFAULT-VALUE}).")
  private Path work = Path.of("/var/tmp");

  @Override
  public Integer call() throws InterruptedException {
    for (int count : services) {
      require(count >= 1 && count <= MOST_SERVICES, "--services", "from 1 to " + MOST_SERVICES);
    }
    require(endpoints >= 1 && endpoints <= 100, "--endpoints", "from 1 to 100");
    require(changes >= 1, "--changes", "1 at least");
    require(patience >= 1, "--patience", "1 at least");
    String launcher = System.getProperty("weft.launcher");
    if (launcher == null) {
      throw wrong("weft bench services works in a distribution only, which this Weft is not of");
    }
    ServicesSettings settings =
        new ServicesSettings(
            Path.of(launcher).toAbsolutePath().normalize(),
            Optional.ofNullable(kubeProxy).map(path -> path.toAbsolutePath().normalize()),
            kinds,
            services,
            endpoints,
            changes,
            Duration.ofSeconds(patience),
            work.toAbsolutePath().normalize());
    List<ServicesResult> results = ServicesBenchmark.run(settings, this::tell);
    out().print(ServicesText.summary(results));
    out().flush();
    return 0;
  }

  private void tell(ServicesResult result) {
    out().print(ServicesText.line(result));
    out().flush();
  }

  private void require(boolean holds, String option, String range) {
    if (!holds) {
      throw wrong(option + " should be " + range);
    }
  }

  private ParameterException wrong(String sentence) {
    return new ParameterException(spec().commandLine(), sentence);
  }

  /** Reads what a proxy is called. */
  static final class KindConverter implements ITypeConverter<ProxyKind> {
    @Override
    public ProxyKind convert(String text) {
      for (ProxyKind kind : ProxyKind.values()) {
        if (kind.label().equals(text)) {
          return kind;
        }
      }
      throw new TypeConversionException(
          "should be of "
              + Arrays.stream(ProxyKind.values())
                  .map(ProxyKind::label)
                  .collect(Collectors.joining(", "))
              + ", but is "
              + text);
    }
  }
}

package dev.weft.cli;

import dev.weft.iptables.apply.RulesMode;
import dev.weft.iptables.apply.RulesModes;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.kernel.linux.LinuxKernel;
import dev.weft.net.IpFamily;
import dev.weft.proxy.OneSync;
import dev.weft.proxy.ProxySettings;
import dev.weft.services.Manifests;
import dev.weft.services.Node;
import dev.weft.services.Problem;
import dev.weft.services.ServedPort;
import dev.weft.services.ServiceCatalog;
import dev.weft.services.ServiceObjects;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

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

    @Option(names = "--dry-run", description = "Prints the rules, and changes nothing.")
    private boolean dryRun;
  }

  @Option(
      names = "--objects",
      paramLabel = "FILE|DIR",
      arity = "1..*",
      required = true,
      description = "Manifests of Services and EndpointSlices, YAML or JSON.")
  private List<Path> objects = new ArrayList<>();

  @Option(
      names = "--node",
      paramLabel = "NODE.yaml",
      required = true,
      description = "What is to be known of the node.")
  private Path node = Path.of("NODE.yaml");

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      defaultValue = "iptables",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private RulesMode mode = RulesMode.IPTABLES;

  @Override
  public Integer call() {
    Node here = Node.read(node, warning -> err().println("weft: warning: " + warning));
    ServiceObjects all = ServiceObjects.of(Manifests.read(objects));
    all.problems().forEach(this::tell);
    if (how.dryRun) {
      dryRun(here, all);
    }
    if (how.once) {
      NetworkNamespace namespace = new LinuxKernel().own();
      OneSync.run(settings(here), namespace, all).forEach(out()::println);
    }
    boolean complete =
        all.problems().stream().noneMatch(problem -> problem.severity() == Problem.Severity.ERROR);
    return complete ? 0 : 1;
  }

  private ProxySettings settings(Node here) {
    return new ProxySettings(
        here, mode, Duration.ZERO, Duration.ZERO, Optional.empty(), Optional.empty());
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
          switch (mode) {
            case IPTABLES ->
                (family == IpFamily.V4 ? "iptables" : "ip6tables") + "-restore --noflush";
            case NFTABLES -> "nft list table";
          };
      out().println("# " + program);
      out().print(RulesModes.text(mode, ports, family, here));
    }
    out().flush();
  }

  private void tell(Problem problem) {
    String kind = problem.severity() == Problem.Severity.WARNING ? "warning: " : "";
    err().println("weft: " + kind + problem);
  }
}

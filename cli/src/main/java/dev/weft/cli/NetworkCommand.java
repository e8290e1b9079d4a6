package dev.weft.cli;

import dev.weft.cni.PluginPath;
import dev.weft.runtime.ChainRunner;
import dev.weft.runtime.ListLoader;
import dev.weft.runtime.NetworkList;
import dev.weft.runtime.ResultCache;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What all commands share: where networks, plugins and results are. */
abstract class NetworkCommand implements Runnable {
  @Option(
      names = "--conf-dir",
      paramLabel = "DIR",
      defaultValue = "${env:NETCONFPATH:-/etc/cni/net.d}",
      description = "Where networks are configured (NETCONFPATH; default: /etc/cni/net.d).")
  private Path configurations = Path.of("/etc/cni/net.d");

  @Option(
      names = "--bin-dir",
      paramLabel = "DIR",
      split = ":",
      defaultValue = "${env:CNI_PATH:-/opt/cni/bin}",
      description = "Where plugins are; may be repeated (CNI_PATH; default: /opt/cni/bin).")
  private List<String> programs = new ArrayList<>();

  @Option(
      names = "--cache-dir",
      paramLabel = "DIR",
      defaultValue = "/var/lib/cni",
      description = "Where results are remembered (default: ${DEFAULT-VALUE}).")
  private Path cacheDirectory = Path.of("/var/lib/cni");

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Prints this.")
  @SuppressWarnings("UnusedVariable") // picocli looks at it
  private boolean help;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  final NetworkList load(String network) {
    return new ListLoader(configurations).load(network);
  }

  final ResultCache cache() {
    return new ResultCache(cacheDirectory);
  }

  final ChainRunner chain() {
    PrintWriter err = spec.commandLine().getErr();
    return new ChainRunner(
        new PluginPath(programs),
        cache(),
        System.getenv(),
        text -> {
          err.print(text);
          err.flush();
        });
  }
}

package dev.weft.cli;

import dev.weft.cni.PluginPath;
import dev.weft.dispatch.Dispatch;
import dev.weft.runtime.ChainRunner;
import dev.weft.runtime.ListLoader;
import dev.weft.runtime.NetworkList;
import dev.weft.runtime.ResultCache;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** What all commands share: where networks, plugins and results are. */
abstract class NetworkCommand extends Subcommand implements Runnable {
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

  final NetworkList load(String network) {
    return new ListLoader(configurations).load(network);
  }

  final ResultCache cache() {
    return new ResultCache(cacheDirectory);
  }

  final ChainRunner chain() {
    PrintWriter err = err();
    return new ChainRunner(
        new PluginPath(programs),
        Dispatch.programs(),
        cache(),
        System.getenv(),
        text -> {
          err.print(text);
          err.flush();
        });
  }
}

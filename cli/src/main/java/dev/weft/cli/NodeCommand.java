package dev.weft.cli;

import dev.weft.install.Places;
import dev.weft.install.Report;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** What putting Weft on a node and taking it off have in common: where, and what is said. */
abstract class NodeCommand extends Subcommand implements Runnable, Report {
  @Option(
      names = "--home",
      paramLabel = "DIR",
      defaultValue = "/opt/weft",
      description = "Where Weft lives: a link to the version in use (default: ${DEFAULT-VALUE}).")
  private Path home = Path.of("/opt/weft");

  @Option(
      names = "--bin-dir",
      paramLabel = "DIR",
      defaultValue = "/opt/cni/bin",
      description = "Where runtimes look for plugins (default: ${DEFAULT-VALUE}).")
  private Path programs = Path.of("/opt/cni/bin");

  @Option(
      names = "--conf-dir",
      paramLabel = "DIR",
      defaultValue = "/etc/cni/net.d",
      description = "Where runtimes look for networks (default: ${DEFAULT-VALUE}).")
  private Path networks = Path.of("/etc/cni/net.d");

  @Option(
      names = "--root",
      paramLabel = "DIR",
      defaultValue = "/",
      description = "Works on the file system of an image, which is here; no service is told.")
  private Path root = Path.of("/");

  private boolean changed;

  final Places places() {
    return new Places(root, home, programs, networks);
  }

  @Override
  public final void changed(String line) {
    changed = true;
    out().println(line);
  }

  @Override
  public final void noted(String line) {
    err().println("weft: " + line);
  }

  /** True if anything was changed; otherwise says so. */
  final boolean hasChanged() {
    if (!changed) {
      out().println("nothing to do");
    }
    return changed;
  }
}

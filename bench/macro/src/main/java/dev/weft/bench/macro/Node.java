package dev.weft.bench.macro;

import dev.weft.kernel.ChildProcess;
import dev.weft.kernel.Link;
import dev.weft.kernel.LinkChange;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.kernel.linux.LinuxKernel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/** A network namespace that one side takes for the node's, so that no side meets the other's. */
final class Node implements AutoCloseable {
  /** Where programs are looked for, by us and by plugins. */
  static final String PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

  private final NetworkNamespace namespace;

  private Node(NetworkNamespace namespace) {
    this.namespace = namespace;
  }

  static Node create(LinuxKernel kernel) {
    NetworkNamespace namespace = kernel.create("of a node");
    for (Link link : namespace.links()) {
      if (link.kind() instanceof Link.Kind.Loopback) {
        namespace.change(link.index(), new LinkChange.Up());
      }
    }
    return new Node(namespace);
  }

  /** Runs work inside, where children are born in this namespace. */
  <T> T inside(Callable<T> work) {
    return namespace.inside(work);
  }

  /** Takes away what outlives the last pod: the bridge, and tables of rules. */
  void clean() {
    namespace.link(CniCase.BRIDGE_NAME).ifPresent(bridge -> namespace.deleteLink(bridge.index()));
    run("nft", "flush", "ruleset");
  }

  /** Whether iptables has rules here. */
  boolean hasIptablesRules() {
    return run("iptables-save", "-t", "nat").orElse("").lines().anyMatch(l -> l.startsWith("-A "));
  }

  /** Runs a program of the system; its output, or nothing if it is not there or failed. */
  private Optional<String> run(String program, String... arguments) {
    for (String folder : PATH.split(":", -1)) {
      Path file = Path.of(folder, program);
      if (Files.isExecutable(file)) {
        ChildProcess.Outcome outcome =
            inside(
                () ->
                    new ChildProcess(file, List.of(arguments), Map.of("PATH", PATH), new byte[0])
                        .run());
        return outcome.exitCode() == 0
            ? Optional.of(new String(outcome.stdout(), StandardCharsets.UTF_8))
            : Optional.empty();
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() {
    namespace.close();
  }
}

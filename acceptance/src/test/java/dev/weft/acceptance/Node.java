package dev.weft.acceptance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A node of the test's own: a network namespace that plugins take for the host's, a directory for
 * their data, and as many pod namespaces as are asked for. All of it goes when it is closed.
 */
final class Node implements AutoCloseable {
  private static final AtomicInteger COUNTER = new AtomicInteger();

  private final String name =
      "weft-" + ProcessHandle.current().pid() + "-" + COUNTER.incrementAndGet();
  private final List<String> namespaces = new ArrayList<>();
  private final Path data;
  private final Path bin;
  private final String agent;

  private Node(Path bin, String agent) {
    this.bin = bin;
    this.agent = agent;
    try {
      data = Files.createTempDirectory(name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    addNamespace(name);
  }

  /** Makes a node without an agent; without root the test is skipped. */
  static Node create() {
    return create(Executables.UNDER_TEST, "");
  }

  /**
   * Makes a node; without root the test is skipped.
   *
   * @param bin where its plugins lie
   * @param agent the socket of the agent that serves it, or empty: whatever agent this machine may
   *     have itself is none of the test's
   */
  static Node create(Path bin, String agent) {
    assumeTrue(
        "root".equals(System.getProperty("user.name")), "skipped: needs root for namespaces");
    return new Node(bin, agent);
  }

  /** Where this node's plugins lie. */
  Path bin() {
    return bin;
  }

  /** The executable of a plugin. */
  Path plugin(String type) {
    return bin.resolve(type);
  }

  /** What plugins find in WEFT_AGENT on this node. */
  String agent() {
    return agent;
  }

  /** Of its network namespace. */
  String name() {
    return name;
  }

  /** By which nsenter(1) runs a program in its network and with this machine's files. */
  String networkOption() {
    return "--net=/run/netns/" + name;
  }

  /** A directory of this node's own, such as host-local's {@code dataDir}. */
  Path data() {
    return data;
  }

  /** Makes a pod's namespace and returns the path that a runtime would give. */
  synchronized Path addPod() {
    return addNamespace(name + "-p" + namespaces.size());
  }

  /** Takes a pod's namespace away, as a runtime does before a late DEL. */
  void removePod(Path pod) {
    Command.run("ip", "netns", "delete", pod.getFileName().toString()).succeeded();
  }

  /** Runs a program in the node's namespace. */
  Command.Outcome run(String... command) {
    return run(List.of(command), Map.of(), "");
  }

  Command.Outcome run(List<String> command, Map<String, String> environment, String stdin) {
    return runIn(name, command, environment, stdin);
  }

  /** Runs a program in a pod's namespace. */
  Command.Outcome runIn(Path pod, String... command) {
    return runIn(pod.getFileName().toString(), List.of(command), Map.of(), "");
  }

  /** Starts a program in the node's namespace and does not wait for it. */
  Process start(List<String> command, Map<String, String> environment, String stdin) {
    List<String> whole = new ArrayList<>(List.of("ip", "netns", "exec", name));
    whole.addAll(command);
    return Command.start(whole, environment, stdin.getBytes(StandardCharsets.UTF_8));
  }

  /** All that iptables and nftables hold in the node's namespace, as their programs print it. */
  String rules() {
    return run("iptables-save").stdout()
        + run("ip6tables-save").stdout()
        + run("nft", "list", "ruleset").stdout();
  }

  /** The addresses that host-local holds for a network under {@link #data}. */
  List<String> leases(String network) {
    Path directory = data.resolve(network);
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (var files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> Character.isDigit(file.charAt(0)) || file.indexOf(':') >= 0)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Has host-local fail: puts a file where it has the directory of a network's leases. */
  void breakLeases(String network) throws IOException {
    Files.move(data.resolve(network), data.resolve(network + ".away"));
    Files.createFile(data.resolve(network));
  }

  /** Undoes {@link #breakLeases}. */
  void mendLeases(String network) throws IOException {
    Files.delete(data.resolve(network));
    Files.move(data.resolve(network + ".away"), data.resolve(network));
  }

  /** The names of the pairs whose one end is in the node's namespace. */
  List<String> veths() {
    List<String> names = new ArrayList<>();
    PluginCall.json(run("ip", "-j", "link", "show", "type", "veth").succeeded().stdout())
        .forEach(link -> names.add(link.path("ifname").asText()));
    return names;
  }

  private static Command.Outcome runIn(
      String namespace, List<String> command, Map<String, String> environment, String stdin) {
    List<String> whole = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
    whole.addAll(command);
    return Command.run(whole, environment, stdin.getBytes(StandardCharsets.UTF_8));
  }

  private Path addNamespace(String namespace) {
    Command.run("ip", "netns", "add", namespace).succeeded();
    namespaces.add(namespace);
    Command.run("ip", "-n", namespace, "link", "set", "lo", "up").succeeded();
    return Path.of("/run/netns", namespace);
  }

  @Override
  public void close() {
    for (String namespace : namespaces.reversed()) {
      Command.run("ip", "netns", "delete", namespace);
    }
    try (var files = Files.walk(data)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package dev.weft.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A node named {@code here} with two pods, 10.88.0.2 and 10.88.0.3, that answer at UDP port 5300
 * with {@code a} and {@code b}, and a directory of manifests. All of it goes when it is closed.
 */
final class ServiceNode implements AutoCloseable {
  /** How long what another process brings about may take on a machine that has much else to do. */
  static final Duration LIMIT = Duration.ofSeconds(30);

  static final String A = "10.88.0.2";
  static final String B = "10.88.0.3";
  static final String ADDRESS = "10.88.0.1";

  private static final int TRIES = 200;
  private static final int FEW_TRIES = 5;

  private final Node node = Node.create();
  private final List<Process> processes = new ArrayList<>();
  private @Nullable Process apiServer;
  private final Path objects;
  private final Path description;

  ServiceNode() {
    try {
      objects = Files.createDirectory(node.data().resolve("objects"));
      description = node.data().resolve("node.yaml");
      Files.writeString(
          description,
          """
          name: here
          addresses: [{address: %s, primary: true}]
          detectLocal: {mode: ClusterCIDR, cidrs: [10.88.0.0/24]}
          localhostNodePorts: true
          """
              .formatted(ADDRESS));
      build();
    } catch (IOException e) {
      close();
      throw new UncheckedIOException(e);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private void build() {
    run("ip", "link", "add", "br0", "type", "bridge");
    run("ip", "addr", "add", ADDRESS + "/24", "dev", "br0");
    run("ip", "link", "set", "br0", "up");
    run("sysctl", "-qw", "net.ipv4.ip_forward=1");
    // A router that knows of no Services: what is not translated goes there and is lost.
    run("ip", "route", "add", "default", "via", "10.88.0.254");
    pod("pod0", A, "a");
    pod("pod1", B, "b");
  }

  private void pod(String port, String address, String name) {
    Path pod = node.addPod();
    String namespace = pod.getFileName().toString();
    run("ip", "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", namespace);
    run("ip", "link", "set", port, "master", "br0", "up");
    node.runIn(pod, "ip", "addr", "add", address + "/24", "dev", "eth0").succeeded();
    node.runIn(pod, "ip", "link", "set", "eth0", "up").succeeded();
    node.runIn(pod, "ip", "route", "add", "default", "via", ADDRESS).succeeded();
    Process server = start(namespace, peer("serve", address, "5300", name), false);
    try {
      if (!"ready".equals(server.inputReader(StandardCharsets.UTF_8).readLine())) {
        throw new AssertionError("a pod's program does not start");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a program in the node's network, which must succeed; what it printed. */
  String run(String... command) {
    return node.run(command).succeeded().stdout();
  }

  Command.Outcome tryRun(String... command) {
    return node.run(command);
  }

  /** All that iptables of both kinds and nftables hold. */
  String rules() {
    return node.rules() + tryRun("iptables-legacy-save").stdout();
  }

  // Objects

  /** A dual-stack cluster would say more; {@code spec} without the cluster IP and its brackets. */
  void service(String spec) {
    write(
        "service.yaml",
        """
        apiVersion: v1
        kind: Service
        metadata: {name: echo, namespace: shop}
        spec: {clusterIP: 172.30.0.10, clusterIPs: [172.30.0.10], %s}
        """
            .formatted(spec));
  }

  /** A cluster IP that is served by UDP at port 53. */
  void service() {
    service("ports: [{name: echo, port: 53, protocol: UDP}]");
  }

  /** The Service's endpoints on this node, which are ready. */
  void endpoints(String... addresses) {
    slice(
        Arrays.stream(addresses)
            .map(
                address ->
                    "{addresses: [%s], nodeName: here, conditions: {ready: true}}"
                        .formatted(address))
            .toList());
  }

  void slice(List<String> endpoints) {
    write(
        "slice.yaml",
        """
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: echo-1, namespace: shop, labels: {kubernetes.io/service-name: echo}}
        addressType: IPv4
        ports: [{name: echo, port: 5300, protocol: UDP}]
        endpoints: [%s]
        """
            .formatted(String.join(", ", endpoints)));
  }

  /** Writes a manifest as careful programs do: under another name first. */
  void write(String file, String text) {
    try {
      Path draft = objects.resolve("." + file);
      Files.writeString(draft, text);
      Files.move(draft, objects.resolve(file), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void delete(String file) {
    try {
      Files.delete(objects.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // An API server

  /** Starts an API server in the node's network, without objects. */
  void startApiServer() {
    List<String> command =
        java(
            System.getProperty("java.class.path"), ApiServerProgram.class, kubeconfig().toString());
    apiServer = start(node.name(), command, false);
    awaitDone();
  }

  /** How clients find it. */
  Path kubeconfig() {
    return node.data().resolve("kubeconfig");
  }

  /** Has it do something, see {@link ApiServerProgram}. */
  void order(String order) {
    try {
      Process server = Objects.requireNonNull(apiServer);
      server.outputWriter(StandardCharsets.UTF_8).write(order + "\n");
      server.outputWriter(StandardCharsets.UTF_8).flush();
      awaitDone();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gives it all that the manifests say. */
  void apply() {
    for (String file : List.of("service.yaml", "slice.yaml")) {
      order("apply " + objects.resolve(file));
    }
  }

  /** What the API server has of this node, with such a {@code spec}. */
  void cluster(String spec) {
    write(
        "cluster-node.yaml",
        """
        apiVersion: v1
        kind: Node
        metadata: {name: here}
        spec: {%s}
        """
            .formatted(spec));
    order("apply " + objects.resolve("cluster-node.yaml"));
  }

  private void awaitDone() {
    try {
      String said =
          Objects.requireNonNull(apiServer).inputReader(StandardCharsets.UTF_8).readLine();
      if (!"done".equals(said)) {
        throw new AssertionError("the API server says " + said);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // Weft

  /** The same with what the API server has. */
  Process watchApiServer(String... options) {
    List<String> command =
        new ArrayList<>(List.of(Executables.plugin("weft").toString(), "services", "sync"));
    command.addAll(List.of("--watch", "--kubeconfig", kubeconfig().toString()));
    command.addAll(List.of("--node", description.toString()));
    command.addAll(List.of(options));
    return start(node.name(), command, true);
  }

  /** {@code weft services sync} with the objects and the description of the node. */
  Command.Outcome sync(String... options) {
    return node.run(syncCommand(options), Map.of(), "");
  }

  private List<String> syncCommand(String... options) {
    List<String> command =
        new ArrayList<>(List.of(Executables.plugin("weft").toString(), "services", "sync"));
    command.addAll(List.of("--objects", objects.toString(), "--node", description.toString()));
    command.addAll(List.of(options));
    return command;
  }

  /** Starts {@code --watch}; its log is {@link #log}. */
  Process watch(String... options) {
    List<String> all = new ArrayList<>(List.of("--watch"));
    all.addAll(List.of(options));
    return start(node.name(), syncCommand(all.toArray(new String[0])), true);
  }

  String log() {
    try {
      return Files.readString(node.data().resolve("log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Process start(String namespace, List<String> program, boolean logged) {
    List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
    command.addAll(program);
    ProcessBuilder builder = Command.builder(command, Map.of());
    if (logged) {
      builder
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.appendTo(node.data().resolve("log").toFile()));
    }
    Process process = Command.startBound(builder);
    processes.add(process);
    return process;
  }

  // Packets

  private static List<String> peer(String... arguments) {
    String classes = Path.of("target", "test-classes").toAbsolutePath().toString();
    return java(classes, UdpPeer.class, arguments);
  }

  private static List<String> java(String classPath, Class<?> program, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath,
                program.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  /**
   * Who answers the node itself, asked from one port of its own until one of these does.
   *
   * @param names at least one
   */
  String answer(int ownPort, String address, int port, String... names) {
    return ask(TRIES, ownPort, address, port, names);
  }

  private String ask(int tries, int ownPort, String address, int port, String... names) {
    List<String> command =
        new ArrayList<>(peer("ask", "" + ownPort, address, "" + port, "" + tries));
    command.addAll(List.of(names));
    return node.run(command, Map.of(), "").succeeded().stdout();
  }

  /** Asks until nobody answers any more. */
  void assertNobodyAnswers(int ownPort, String address, int port) {
    Await.until(
        LIMIT,
        () -> ask(FEW_TRIES, ownPort, address, port).equals("nobody"),
        () -> "somebody answers at " + address + " " + port + "; " + log());
  }

  @Override
  public void close() {
    for (Process process : processes) {
      process.destroyForcibly();
      process.onExit().join();
    }
    node.close();
  }
}

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The archives of loaded classes that our processes start from: one for plugins and the command
 * line, one for the agent, and one for commands that hold the Services of a cluster, since all of
 * an archive is mapped and linked at each start.
 */
final class ClassArchives {
  private final Path home;

  /**
   * @param home the distribution, in which all else is in place
   */
  ClassArchives(Path home) {
    this.home = home;
  }

  void make() throws IOException, InterruptedException {
    archive("java", this::trainPlugins, "");
    archive("agent", this::trainAgent, "agent");
    archive("cluster", this::trainServices, "services");
  }

  /**
   * Has processes load what they will load in use; each leaves a list of classes in a directory.
   */
  private interface Training {
    void run(Path work) throws IOException, InterruptedException;
  }

  /**
   * Has our processes do their work, notes which classes they load, and stores these ready to be
   * mapped into memory: all of them at each start, so that plugins and agent have an archive each.
   * The launcher starts all of it, so that the archive is made under the very options that it is
   * used with.
   *
   * @param name of the options and of the archive
   * @param command of {@code weft} that these options are for; none for the plugins
   */
  private void archive(String name, Training training, String command)
      throws IOException, InterruptedException {
    Path options = home.resolve("lib").resolve(name + ".options");
    String normal = Files.readString(options);
    Path work = Files.createTempDirectory(home.getParent(), "training");
    try {
      Files.writeString(
          options, normal + "-Xshare:off\n-XX:DumpLoadedClassList=" + work + "/%p.classes\n");
      training.run(work);
      Path all = Files.write(work.resolve("all"), loadedClasses(work));
      Files.writeString(
          options,
          normal + "-Xshare:dump\n-XX:+AOTClassLinking\n-XX:SharedClassListFile=" + all + "\n");
      Assemble.run(Map.of(), "", home.resolve("bin/weft").toString(), command);
    } finally {
      Files.writeString(options, normal);
      Assemble.delete(work);
    }
  }

  /** Starts an agent, which does its warm-up, and ends it; see {@link #inNamespaces}. */
  private void trainAgent(Path work) throws InterruptedException {
    String script =
        """
        "$0" agent --socket "$1/agent/agent.sock" & agent=$!
        until [ -S "$1/agent/agent.sock" ]; do
          kill -0 $agent || exit
          sleep 0.1
        done
        kill $agent
        wait $agent""";
    try {
      runInNamespaces(Map.of(), script, home.resolve("bin/weft").toString(), work.toString());
    } catch (IOException | IllegalStateException e) {
      System.err.println("archived without the classes of the agent: " + e.getMessage());
    }
  }

  /**
   * Serves a Service from a manifest and from an API server, in both modes, as far as the kernel
   * lets us; where it does not, what else there is to be loaded is.
   */
  private void trainServices(Path work) throws IOException, InterruptedException {
    String weft = home.resolve("bin/weft").toString();
    String objects = Files.writeString(work.resolve("objects.yaml"), OBJECTS).toString();
    String node = Files.writeString(work.resolve("node.yaml"), NODE).toString();
    Assemble.run(
        Map.of(),
        "",
        weft,
        "trace",
        "--objects=" + objects,
        "--node=" + node,
        "--from=10.1.0.9",
        "--to=10.96.0.10:80");
    HttpServer server = apiServer();
    try {
      Path kubeconfig =
          Files.writeString(
              work.resolve("kubeconfig"), KUBECONFIG.formatted(server.getAddress().getPort()));
      for (String mode : List.of("iptables", "nftables")) {
        Assemble.run(
            Map.of(),
            "",
            weft,
            "services",
            "sync",
            "--dry-run",
            "--kubeconfig=" + kubeconfig,
            "--node=" + node,
            "--mode=" + mode);
      }
      String script =
          """
          for mode in iptables nftables; do
            "$0" services sync --watch --objects "$1" --node "$2" --mode $mode & watch=$!
            sleep 2
            touch "$1"
            sleep 1
            kill $watch
            wait $watch
          done
          "$0" services sync --watch --kubeconfig "$3" --node "$2" --mode nftables & watch=$!
          sleep 2
          kill $watch
          wait $watch""";
      runInNamespaces(Map.of(), script, weft, objects, node, kubeconfig.toString());
    } catch (IllegalStateException e) {
      System.err.println("archived without the classes of services: " + e.getMessage());
    } finally {
      server.stop(0);
    }
  }

  private static final String NODE =
      """
      name: training
      addresses: [{address: 192.0.2.1, primary: true}]
      detectLocal: {mode: ClusterCIDR, cidrs: [10.1.0.0/16]}
      """;

  private static final String KUBECONFIG =
      """
      apiVersion: v1
      kind: Config
      clusters: [{name: training, cluster: {server: "http://127.0.0.1:%d"}}]
      users: [{name: training, user: {token: training}}]
      contexts: [{name: training, context: {cluster: training, user: training}}]
      current-context: training
      """;

  private static final String SERVICE =
      """
      {"kind":"Service","apiVersion":"v1","metadata":{"name":"web","namespace":"training"},
       "spec":{"type":"NodePort","clusterIP":"10.96.0.10","sessionAffinity":"ClientIP",
        "ports":[{"name":"http","port":80,"nodePort":30080}]}}""";

  private static final String SLICE =
      """
      {"kind":"EndpointSlice","apiVersion":"discovery.k8s.io/v1",
       "metadata":{"name":"web-1","namespace":"training",
        "labels":{"kubernetes.io/service-name":"web"}},
       "addressType":"IPv4","ports":[{"name":"http","port":8080}],
       "endpoints":[{"addresses":["10.1.0.2"],"conditions":{"ready":true}}]}""";

  private static final String OBJECTS = SERVICE + "\n---\n" + SLICE + "\n";

  /** Has one Service, with one slice, and a node; nothing ever changes. */
  private static HttpServer apiServer() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    list(server, "/api/v1/services", "ServiceList", "v1", SERVICE);
    list(
        server,
        "/apis/discovery.k8s.io/v1/endpointslices",
        "EndpointSliceList",
        "discovery.k8s.io/v1",
        SLICE);
    list(server, "/api/v1/nodes", "NodeList", "v1", "{\"metadata\":{\"name\":\"training\"}}");
    server.start();
    return server;
  }

  private static void list(
      HttpServer server, String path, String kind, String apiVersion, String item) {
    byte[] answer =
        """
        {"kind":"%s","apiVersion":"%s","metadata":{"resourceVersion":"1"},"items":[%s]}"""
            .formatted(kind, apiVersion, item)
            .getBytes(StandardCharsets.UTF_8);
    server.createContext(
        path,
        exchange -> {
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
  }

  private void trainPlugins(Path work) throws IOException, InterruptedException {
    String ipam =
        """
        {"type":"host-local","dataDir":"%s","routes":[{"dst":"0.0.0.0/0"}],
         "ranges":[[{"subnet":"10.1.0.0/24"}],[{"subnet":"fd00:1::/64"}]]}"""
            .formatted(work.resolve("leases"));
    String addresses =
        """
        {"type":"static","addresses":[{"address":"10.1.0.2/24","gateway":"10.1.0.1"}]}""";
    // As if an agent had been here, so that calls keep records of what they begin.
    Path network = Files.readSymbolicLink(Path.of("/proc/self/ns/net"));
    Files.createDirectories(
        work.resolve("begun").resolve(network.toString().replaceAll("\\D", "")));
    String bridge = "\"isDefaultGateway\":true,\"ipMasq\":true,\"ipam\":" + ipam;
    for (String verb : List.of("VERSION", "STATUS", "ADD", "DEL", "GC")) {
      train(work, "host-local", verb, "\"ipam\":" + ipam);
      train(work, "static", verb, "\"ipam\":" + addresses);
    }
    inNamespaces(work, "loopback", "\"ipam\":{}");
    inNamespaces(work, "bridge", bridge);
    inNamespaces(work, "bridge", "\"macspoofchk\":true,\"hairpinMode\":true," + bridge);
  }

  /** IPAM plugins do not look into the namespace, so that ours serves. */
  private void train(Path work, String plugin, String verb, String keys)
      throws IOException, InterruptedException {
    Map<String, String> environment = new TreeMap<>(environment(work));
    environment.put("CNI_COMMAND", verb);
    environment.put("CNI_NETNS", "/proc/self/ns/net");
    environment.put("CNI_NETNS_OVERRIDE", "1");
    Assemble.run(environment, config(plugin, keys), home.resolve("bin").resolve(plugin).toString());
  }

  /**
   * The verbs in turn, with a network namespace for the node and one for the container that both
   * end with the command. Where the kernel or a missing program forbids that, these plugins start a
   * little slower.
   */
  private void inNamespaces(Path work, String plugin, String keys) throws InterruptedException {
    String node =
        """
        for CNI_COMMAND in ADD STATUS DEL GC; do
          export CNI_COMMAND
          printf %s "$1" | "$0" || exit
        done""";
    String container = "export CNI_NETNS=/proc/$$/ns/net; unshare --net sh -c \"$2\" \"$0\" \"$1\"";
    String program = home.resolve("bin").resolve(plugin).toString();
    try {
      runInNamespaces(environment(work), container, program, config(plugin, keys), node);
    } catch (IOException | IllegalStateException e) {
      System.err.println("archived without the classes of " + plugin + ": " + e.getMessage());
    }
  }

  /** Runs a shell script as root of namespaces of its own, whoever we are. */
  private static void runInNamespaces(
      Map<String, String> environment, String script, String... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of("unshare", "--map-root-user", "--net", "sh", "-c", script));
    command.addAll(List.of(arguments));
    Assemble.run(environment, "", command.toArray(String[]::new));
  }

  private Map<String, String> environment(Path work) {
    return Map.of(
        "CNI_CONTAINERID",
        "training",
        "CNI_IFNAME",
        "eth0",
        "CNI_PATH",
        home.resolve("bin").toString(),
        "WEFT_AGENT",
        work.resolve("agent.sock").toString());
  }

  private static String config(String plugin, String keys) {
    return """
    {"cniVersion":"1.1.0","name":"training","type":"%s","cni.dev/valid-attachments":[],%s}"""
        .formatted(plugin, keys);
  }

  /**
   * What the trained processes loaded, in all. Their lists number the classes, each its own way,
   * for the sake of class loaders that we do not have.
   */
  private static Set<String> loadedClasses(Path work) throws IOException {
    Set<String> loaded = new LinkedHashSet<>();
    try (var lists = Files.newDirectoryStream(work, "*.classes")) {
      for (Path list : lists) {
        for (String line : Files.readAllLines(list)) {
          if (!line.startsWith("#") && !line.contains(" source: ")) {
            loaded.add(line.replaceFirst(" id: \\d+$", ""));
          }
        }
      }
    }
    return loaded;
  }
}

package dev.weft.cli;

import dev.weft.json.Json;
import dev.weft.json.JsonException;
import dev.weft.json.JsonText;
import dev.weft.kernel.InterfaceAddress;
import dev.weft.kernel.Link;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.kernel.Route;
import dev.weft.kernel.Sysctl;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import dev.weft.services.LocalPods;
import dev.weft.services.Node;
import dev.weft.services.NodePortRanges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What a node tells of itself, as a proxy on it needs to know. Its addresses are those of all
 * links; primary is the one by which it reaches the rest of the world, as a kubelet takes it. Its
 * pods are in the subnets of the network that runtimes attach them to, or behind that network's
 * bridge. Its zone and the cluster's ranges are known to an API server only.
 */
final class LiveNode {
  private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");
  private static final String[] TCP_BE_LIBERAL = {
    "net", "netfilter", "nf_conntrack_tcp_be_liberal"
  };

  private final NetworkNamespace namespace;
  private final Path networks;

  /**
   * @param networks where runtimes look for networks: {@code /etc/cni/net.d}
   */
  LiveNode(NetworkNamespace namespace, Path networks) {
    this.namespace = namespace;
    this.networks = networks;
  }

  /** The name by which a kubelet registers this machine, if nobody tells it another. */
  static String hostName() throws IOException {
    return Files.readString(HOST_NAME).strip().toLowerCase(Locale.ROOT);
  }

  Node discover(String name) {
    return new Node(
        name,
        Optional.empty(),
        addresses(),
        pods(),
        new NodePortRanges.Unset(),
        true,
        false,
        List.of(),
        isLiberal(namespace.sysctl()));
  }

  private static boolean isLiberal(Sysctl sysctl) {
    return sysctl.exists(TCP_BE_LIBERAL) && !sysctl.get(TCP_BE_LIBERAL).equals("0");
  }

  private List<Node.Address> addresses() {
    List<InterfaceAddress> own =
        namespace.addresses().stream()
            .filter(address -> isOfUse(address.prefix().address()) && !address.duplicate())
            .toList();
    Set<IpAddress> primary = new HashSet<>();
    for (IpFamily family : IpFamily.values()) {
      primary(family, own).ifPresent(primary::add);
    }
    Set<IpAddress> seen = new HashSet<>();
    List<Node.Address> addresses = new ArrayList<>();
    for (InterfaceAddress each : own) {
      IpAddress address = each.prefix().address();
      if (seen.add(address)) {
        addresses.add(new Node.Address(address, primary.contains(address)));
      }
    }
    return addresses;
  }

  private static boolean isOfUse(IpAddress address) {
    return !address.isLoopback() && !address.isLinkLocal();
  }

  /** What packets bear that take the default route. */
  private Optional<IpAddress> primary(IpFamily family, List<InterfaceAddress> own) {
    return namespace.routes().stream()
        .filter(route -> route.table() == Route.MAIN)
        .filter(route -> route.destination().equals(IpPrefix.everything(family)))
        .min(Comparator.comparingInt(Route::priority))
        .flatMap(route -> route.source().or(() -> firstOn(route.linkIndex(), family, own)));
  }

  private static Optional<IpAddress> firstOn(
      int link, IpFamily family, List<InterfaceAddress> own) {
    return own.stream()
        .filter(each -> each.linkIndex() == link && each.prefix().family() == family)
        .map(each -> each.prefix().address())
        .findFirst();
  }

  private LocalPods pods() {
    for (Json.Obj plugin : plugins()) {
      if (plugin.fields().get("type") instanceof Json.Str(String type) && type.equals("bridge")) {
        Set<IpPrefix> subnets = subnets(plugin);
        long families = subnets.stream().map(IpPrefix::family).distinct().count();
        return !subnets.isEmpty() && families == subnets.size()
            ? new LocalPods.Cidrs(List.copyOf(subnets))
            : bridge(plugin);
      }
    }
    return new LocalPods.Unknown();
  }

  private LocalPods bridge(Json.Obj plugin) {
    String name = plugin.find("bridge").flatMap(LiveNode::text).orElse("cni0");
    boolean fits = namespace.link(name).map(Link::kind).isPresent();
    return fits ? new LocalPods.Bridge(name) : new LocalPods.Unknown();
  }

  /** Of the network that runtimes take: the one whose file comes first by name. */
  private List<Json.Obj> plugins() {
    return files().stream()
        .flatMap(file -> read(file).stream())
        .findFirst()
        .map(
            list ->
                list.fields().get("plugins") instanceof Json.Arr(List<Json> plugins)
                    ? objects(plugins)
                    : List.of(list))
        .orElse(List.of());
  }

  /** Nothing if it is no JSON: runtimes pass it over as well. */
  private static Optional<Json.Obj> read(Path file) {
    try {
      return Optional.of(JsonText.readObject(Files.readAllBytes(file), file.toString()));
    } catch (IOException | JsonException e) {
      return Optional.empty();
    }
  }

  private List<Path> files() {
    if (!Files.isDirectory(networks)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(networks)) {
      return files
          .filter(file -> file.getFileName().toString().matches("[^.].*\\.(conflist|conf|json)"))
          .sorted()
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static Set<IpPrefix> subnets(Json.Obj plugin) {
    Set<IpPrefix> subnets = new TreeSet<>();
    if (plugin.find("ipam").orElse(Json.Obj.EMPTY) instanceof Json.Obj ipam) {
      subnet(ipam, subnets);
      if (ipam.find("ranges").orElse(new Json.Arr(List.of())) instanceof Json.Arr(var sets)) {
        for (Json set : sets) {
          if (set instanceof Json.Arr(List<Json> ranges)) {
            objects(ranges).forEach(range -> subnet(range, subnets));
          }
        }
      }
    }
    return subnets;
  }

  private static void subnet(Json.Obj range, Set<IpPrefix> subnets) {
    range
        .find("subnet")
        .flatMap(LiveNode::text)
        .flatMap(IpPrefix::parse)
        .map(IpPrefix::network)
        .ifPresent(subnets::add);
  }

  private static List<Json.Obj> objects(List<Json> values) {
    List<Json.Obj> objects = new ArrayList<>();
    for (Json value : values) {
      if (value instanceof Json.Obj object) {
        objects.add(object);
      }
    }
    return objects;
  }

  private static Optional<String> text(Json value) {
    return value instanceof Json.Str(String text) ? Optional.of(text) : Optional.empty();
  }
}

package dev.weft.trace;

import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import dev.weft.services.LocalPods;
import java.util.List;
import java.util.Optional;

/**
 * Where a packet comes from, as the node sees it. If nobody says by which interface it comes, then
 * one from an address of the node is sent by the node itself; one from a pod here comes by the
 * pod's interface; any other one comes from outside.
 *
 * <p>A pod here is known by its network; where the node knows pods by interfaces only, by being an
 * endpoint of some Service on this node.
 */
sealed interface Sender {
  /** Names that no rule knows; nobody said how the interfaces are called. */
  String POD_DEVICE = "pod";

  String OUTER_DEVICE = "outside";

  /** Only the node itself sends by it. */
  String LOOPBACK = "lo";

  /** What it is, in words. */
  String text();

  /** The node itself, past PREROUTING. */
  record OnNode(String text) implements Sender {}

  /** By an interface. */
  record Via(String device, String text) implements Sender {}

  static Sender of(Flow flow, Cluster cluster) {
    IpAddress from = flow.from();
    Optional<String> device = flow.inInterface();
    if (device.isPresent() && !device.get().equals(LOOPBACK)) {
      return new Via(device.get(), named(device.get(), flow, cluster));
    }
    if (device.isPresent() || cluster.isOwn(from)) {
      return new OnNode("this node itself (" + cluster.nodeName() + ")");
    }
    return switch (cluster.node().localPods()) {
      case LocalPods.Cidrs(List<IpPrefix> prefixes) ->
          prefixes.stream()
              .filter(prefix -> prefix.contains(from))
              .findFirst()
              .<Sender>map(prefix -> new Via(POD_DEVICE, "a pod on this node (in " + prefix + ")"))
              .orElseGet(() -> outside("not in " + texts(prefixes)));
      case LocalPods.Bridge(String bridge) ->
          cluster.isLocalEndpoint(from)
              ? new Via(bridge, "a pod on this node, taken to come by " + bridge)
              : outside("no endpoint here; --in " + bridge + " makes it a pod's");
      case LocalPods.InterfacePrefix(String prefix) -> {
        String name = prefix + "0";
        yield cluster.isLocalEndpoint(from)
            ? new Via(name, "a pod on this node, taken to come by " + name)
            : outside("no endpoint here; --in " + name + " makes it a pod's");
      }
      case LocalPods.Unknown _ ->
          new Via(OUTER_DEVICE, "some interface; this node does not tell its pods from others");
    };
  }

  private static Sender outside(String why) {
    return new Via(OUTER_DEVICE, "outside this node (" + why + ")");
  }

  private static String named(String device, Flow flow, Cluster cluster) {
    boolean pod =
        switch (cluster.node().localPods()) {
          case LocalPods.Cidrs(List<IpPrefix> prefixes) ->
              prefixes.stream().anyMatch(prefix -> prefix.contains(flow.from()));
          case LocalPods.Bridge(String bridge) -> bridge.equals(device);
          case LocalPods.InterfacePrefix(String prefix) -> device.startsWith(prefix);
          case LocalPods.Unknown _ -> false;
        };
    return (pod ? "a pod on this node, by " : "outside this node, by ") + device;
  }

  private static String texts(List<IpPrefix> prefixes) {
    return String.join(" or ", prefixes.stream().map(IpPrefix::toString).toList());
  }
}

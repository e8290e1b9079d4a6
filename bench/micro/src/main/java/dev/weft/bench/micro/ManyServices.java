package dev.weft.bench.micro;

import dev.weft.iptables.compile.NodeFacts;
import dev.weft.iptables.compile.NodePortAddresses;
import dev.weft.iptables.engine.Host;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import dev.weft.services.Backend;
import dev.weft.services.BackendSets;
import dev.weft.services.LocalPods;
import dev.weft.services.ObjectName;
import dev.weft.services.Protocol;
import dev.weft.services.ServedPort;
import dev.weft.services.TrafficPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Services of a cluster as large as is asked for, and one of its nodes. */
final class ManyServices {
  static final int ENDPOINTS = 5;
  static final int PORT = 80;

  /** As many as the range of node ports of Kubernetes has. */
  private static final int NODE_PORTS = 2768;

  private static final IpAddress NODE = IpAddress.of("192.168.0.2");
  private static final IpAddress FIRST_SERVICE = IpAddress.of("172.16.0.1");
  private static final IpAddress FIRST_ENDPOINT = IpAddress.of("10.1.0.1");
  private static final IpAddress FIRST_BALANCER = IpAddress.of("203.0.0.1");

  /** Where pods of this node have their addresses. */
  static final IpPrefix PODS = IpPrefix.of("10.0.0.0/24");

  static final String POD_DEVICE = "cni0";

  private ManyServices() {}

  /**
   * Draws up Services: one of ten has a node port, as long as there are any, one of twenty a load
   * balancer that some addresses may reach, one of a hundred no endpoints.
   *
   * @param affinity whether all have affinity by client
   */
  static List<ServedPort> of(int count, boolean affinity) {
    List<ServedPort> ports = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ports.add(port(i, i % 100 == 99 ? 0 : ENDPOINTS, affinity));
    }
    return ports;
  }

  static ServedPort port(int number, int endpoints, boolean affinity) {
    boolean hasBalancer = number % 20 == 7;
    boolean hasNodePort = number % 10 == 7 && number / 10 < NODE_PORTS;
    List<Backend> backends = new ArrayList<>();
    for (int i = 0; i < endpoints; i++) {
      backends.add(new Backend(FIRST_ENDPOINT.plus((long) number * ENDPOINTS + i), 8080, false));
    }
    return new ServedPort(
        new ObjectName("namespace-" + number % 100, "service-" + number),
        "http",
        Protocol.TCP,
        IpFamily.V4,
        cluster(number),
        PORT,
        List.of(),
        hasBalancer ? List.of(FIRST_BALANCER.plus(number)) : List.of(),
        hasNodePort ? 30_000 + number / 10 : 0,
        TrafficPolicy.CLUSTER,
        TrafficPolicy.CLUSTER,
        affinity ? Optional.of(Duration.ofHours(3)) : Optional.empty(),
        hasBalancer ? List.of(IpPrefix.of("198.51.100.0/24")) : List.of(),
        0,
        new BackendSets(backends, List.of()));
  }

  static IpAddress cluster(int number) {
    return FIRST_SERVICE.plus(number);
  }

  static NodeFacts node() {
    return new NodeFacts(
        List.of(NODE),
        new LocalPods.Cidrs(List.of(PODS)),
        new NodePortAddresses.All(false),
        false,
        List.of(),
        true);
  }

  static Host host() {
    IpAddress bridge = IpAddress.of("10.0.0.1");
    return new Host(
        Set.of(NODE, bridge),
        List.of(
            new Host.Route(PODS, POD_DEVICE, bridge),
            new Host.Route(IpPrefix.of("192.168.0.0/24"), "eth0", NODE),
            new Host.Route(IpPrefix.of("0.0.0.0/0"), "eth0", NODE)));
  }
}

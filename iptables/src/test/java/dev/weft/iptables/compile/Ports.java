package dev.weft.iptables.compile;

import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import dev.weft.services.Backend;
import dev.weft.services.BackendSets;
import dev.weft.services.ObjectName;
import dev.weft.services.Protocol;
import dev.weft.services.ServedPort;
import dev.weft.services.TrafficPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Ports to compile: TCP 80 of {@code shop/NAME:http}, to 8080 of IPv4 endpoints. */
public final class Ports {
  private final String name;
  private final int number;
  private int nodePort;
  private List<IpAddress> externalIps = List.of();
  private List<IpAddress> balancerIps = List.of();
  private List<IpPrefix> ranges = List.of();
  private TrafficPolicy internal = TrafficPolicy.CLUSTER;
  private TrafficPolicy external = TrafficPolicy.CLUSTER;
  private Optional<Duration> affinity = Optional.empty();
  private List<Backend> cluster = List.of();
  private List<Backend> local = List.of();

  private Ports(String name, int number) {
    this.name = name;
    this.number = number;
  }

  /** A port with the cluster IP 172.30.0.0 + number. */
  public static Ports clusterIp(String name, int number) {
    return new Ports(name, number);
  }

  public Ports nodePort(int port) {
    nodePort = port;
    return this;
  }

  public Ports externalIp(String address) {
    externalIps = List.of(IpAddress.of(address));
    return this;
  }

  public Ports balancer(String address) {
    balancerIps = List.of(IpAddress.of(address));
    return this;
  }

  public Ports ranges(String... prefixes) {
    ranges = List.of(prefixes).stream().map(IpPrefix::of).toList();
    return this;
  }

  public Ports policies(TrafficPolicy internalPolicy, TrafficPolicy externalPolicy) {
    internal = internalPolicy;
    external = externalPolicy;
    return this;
  }

  public Ports affinity(int seconds) {
    affinity = Optional.of(Duration.ofSeconds(seconds));
    return this;
  }

  public Ports backends(String... addresses) {
    cluster = backendsOf(addresses);
    return this;
  }

  public Ports backends(int count) {
    String[] addresses = new String[count];
    for (int i = 0; i < count; i++) {
      addresses[i] = "10.0." + number + "." + (i + 1);
    }
    return backends(addresses);
  }

  /** Those that are on this node. */
  public Ports locally(String... addresses) {
    local = backendsOf(addresses);
    return this;
  }

  private static List<Backend> backendsOf(String... addresses) {
    List<Backend> backends = new ArrayList<>();
    for (String address : addresses) {
      backends.add(new Backend(IpAddress.of(address), 8080, false));
    }
    return backends;
  }

  /** Which of all endpoints are on this node, whether or not a policy makes it matter. */
  public Ports onThisNode(String... addresses) {
    List<String> here = List.of(addresses);
    cluster =
        cluster.stream()
            .map(
                each ->
                    new Backend(
                        each.address(), each.port(), here.contains(each.address().toString())))
            .toList();
    local = cluster.stream().filter(Backend::local).toList();
    return this;
  }

  public ServedPort build() {
    return new ServedPort(
        new ObjectName("shop", name),
        "http",
        Protocol.TCP,
        IpFamily.V4,
        IpAddress.of("172.30.0.0").plus(number),
        80,
        externalIps,
        balancerIps,
        nodePort,
        internal,
        external,
        affinity,
        ranges,
        0,
        new BackendSets(cluster, local));
  }

  /** Up to eight of all kinds. */
  public static List<ServedPort> random(Random random) {
    List<ServedPort> all = new ArrayList<>();
    for (int i = 1, count = random.nextInt(9); i <= count; i++) {
      Ports port = clusterIp("s" + i, i);
      int backends = random.nextInt(4);
      port.backends(backends);
      if (backends > 0 && random.nextBoolean()) {
        port.locally("10.0." + i + ".1");
      }
      if (random.nextBoolean()) {
        port.nodePort(30000 + i);
      }
      if (random.nextBoolean()) {
        port.balancer("192.0.2." + i);
      }
      if (random.nextBoolean()) {
        port.ranges("203.0.113.0/24", "192.168.0.2/32");
      }
      if (random.nextBoolean()) {
        port.externalIp("198.51.100." + i);
      }
      if (random.nextInt(4) == 0) {
        port.affinity(1 + random.nextInt(86400));
      }
      port.policies(policy(random), policy(random));
      all.add(port.build());
    }
    return all;
  }

  private static TrafficPolicy policy(Random random) {
    return random.nextInt(3) == 0 ? TrafficPolicy.LOCAL : TrafficPolicy.CLUSTER;
  }
}

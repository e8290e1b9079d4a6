package dev.weft.iptables.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.iptables.apply.RulesMode;
import dev.weft.iptables.apply.RulesModes;
import dev.weft.iptables.apply.ServiceRules;
import dev.weft.iptables.compile.IptablesCompiler;
import dev.weft.iptables.compile.Names;
import dev.weft.iptables.compile.NodeFacts;
import dev.weft.iptables.engine.DatagramLab.Fate;
import dev.weft.iptables.engine.DatagramLab.Sender;
import dev.weft.iptables.flat.FlatRuleset;
import dev.weft.iptables.ruleset.Match.CtState;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import dev.weft.services.Backend;
import dev.weft.services.BackendSets;
import dev.weft.services.Node;
import dev.weft.services.ObjectName;
import dev.weft.services.Protocol;
import dev.weft.services.ServedPort;
import dev.weft.services.ServiceCatalog;
import dev.weft.services.TrafficPolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Services that come and go in a real kernel: each datagram ends where the interpreter says, with
 * that source, and who comes back to a Service with affinity is served by whom it had.
 */
class ServicesKernelTest {
  private static final int ROUNDS = 24;
  private static final int PACKETS = 14;
  private static final int SERVICES = 4;
  private static final int DATAGRAMS = 1000;

  /** For the same Services in each build; other seeds find more. */
  private static final long SEED = Long.getLong("weft.seed", 20261125);

  /** How long to wait for what must come, and for what must not, in milliseconds. */
  private static final int LONG = 3000;

  private static final int SHORT = 25;

  private static final Node NODE =
      Node.parse(
          """
          name: here
          addresses:
          - {address: 192.0.2.1, primary: true}
          - {address: 10.88.0.1}
          - {address: "fd00:99::1", primary: true}
          - {address: "fd00:88::1"}
          detectLocal: {mode: ClusterCIDR, cidrs: [10.88.0.0/24, "fd00:88::/64"]}
          serviceCIDRs: [172.30.0.0/24, "fd00:30::/112"]
          """
              .getBytes(StandardCharsets.UTF_8),
          "node",
          warning -> {
            throw new AssertionError(warning);
          });

  /** The addresses of one family: of hosts, and from where on Services have theirs. */
  private record Net(
      IpFamily family,
      IpAddress pod,
      IpAddress other,
      IpAddress outside,
      IpAddress uplink,
      IpAddress bridge,
      IpAddress services,
      IpAddress externals,
      List<String> ranges) {
    static final Net V4 =
        new Net(
            IpFamily.V4,
            DatagramLab.POD,
            DatagramLab.OTHER,
            DatagramLab.OUTSIDE,
            DatagramLab.UPLINK,
            DatagramLab.BRIDGE,
            IpAddress.of("172.30.0.10"),
            IpAddress.of("198.51.100.1"),
            List.of("192.0.2.2/32", "10.88.0.2/31"));
    static final Net V6 =
        new Net(
            IpFamily.V6,
            DatagramLab.POD_V6,
            DatagramLab.OTHER_V6,
            DatagramLab.OUTSIDE_V6,
            DatagramLab.UPLINK_V6,
            DatagramLab.BRIDGE_V6,
            IpAddress.of("fd00:30::10"),
            IpAddress.of("fd00:30::1:1"),
            List.of("fd00:99::2/128", "fd00:88::2/127"));

    List<Sender> senders(DatagramLab lab) {
      return family == IpFamily.V4 ? lab.senders() : lab.sendersOfIpv6();
    }
  }

  private final Random random = new Random(SEED);
  private DatagramLab lab;
  private Net net = Net.V4;
  private final List<Fate> fates = new ArrayList<>();

  @BeforeEach
  void build() throws IOException {
    lab = new DatagramLab();
  }

  @AfterEach
  void end() throws IOException {
    if (lab != null) {
      lab.close();
    }
  }

  @ParameterizedTest
  @EnumSource(RulesMode.class)
  void datagramsEndAsTheInterpreterSays(RulesMode mode) throws IOException {
    lab.warmUp();
    datagramsEndAsTheInterpreterSays(mode, Net.V4);
  }

  @ParameterizedTest
  @EnumSource(RulesMode.class)
  void datagramsOfIpv6EndAsTheInterpreterSays(RulesMode mode) throws IOException {
    lab.warmUpIpv6();
    datagramsEndAsTheInterpreterSays(mode, Net.V6);
  }

  private void datagramsEndAsTheInterpreterSays(RulesMode mode, Net family) throws IOException {
    net = family;
    ServiceRules rules = RulesModes.rules(mode, lab.node(), net.family, NODE);
    List<ServedPort> ports = List.of();
    rules.replaceAll(ports);
    for (int round = 0; round < ROUNDS; round++) {
      List<ServedPort> next = change(ports);
      rules.apply(changes(ports, next));
      ports = next;
      // Affinity is of one round: what the kernel remembers of earlier ones would be in the way.
      Optional<Recollection> known = Optional.of(Recollection.EMPTY);
      Interpreter interpreter = interpreter(mode, ports);
      for (int packet = 0; packet < PACKETS && known.isPresent(); packet++) {
        known = probe(interpreter, ports, known.get());
      }
    }
    for (Class<?> kind : List.of(Fate.Arrived.class, Fate.Refused.class, Fate.Lost.class)) {
      long seen = fates.stream().filter(kind::isInstance).count();
      assertTrue(seen > 3, "only " + seen + " were " + kind.getSimpleName());
    }
  }

  /**
   * Each of five within five standard deviations of its share, which chance leaves once in years.
   */
  @ParameterizedTest
  @EnumSource(RulesMode.class)
  void endpointsAreChosenAlike(RulesMode mode) throws IOException {
    lab.warmUp();
    List<Backend> backends =
        List.of(
            new Backend(DatagramLab.POD, 5301, true),
            new Backend(DatagramLab.POD, 5302, true),
            new Backend(DatagramLab.POD, 5303, true),
            new Backend(DatagramLab.OTHER, 5301, true),
            new Backend(DatagramLab.OTHER, 5302, true));
    ServedPort port = clusterPort(backends);
    RulesModes.rules(mode, lab.node(), IpFamily.V4, NODE).replaceAll(List.of(port));
    Sender outside = lab.senders().getLast();
    Map<Fate, Integer> seen = new HashMap<>();
    for (int i = 0; i < DATAGRAMS; i++) {
      Packet packet = lab.packet(outside, port.clusterIp(), port.port());
      seen.merge(lab.send(outside, packet, LONG), 1, Integer::sum);
    }
    double share = 1.0 / backends.size();
    double deviation = Math.sqrt(DATAGRAMS * share * (1 - share));
    assertEquals(backends.size(), seen.size(), seen::toString);
    seen.forEach(
        (fate, count) ->
            assertTrue(Math.abs(count - DATAGRAMS * share) < 5 * deviation, seen::toString));
  }

  private static ServedPort clusterPort(List<Backend> backends) {
    return new ServedPort(
        new ObjectName("shop", "dns"),
        "dns",
        Protocol.UDP,
        IpFamily.V4,
        IpAddress.of("172.30.0.10"),
        53,
        List.of(),
        List.of(),
        0,
        TrafficPolicy.CLUSTER,
        TrafficPolicy.CLUSTER,
        Optional.empty(),
        List.of(),
        0,
        new BackendSets(backends, List.of()));
  }

  private Interpreter interpreter(RulesMode mode, List<ServedPort> ports) {
    NodeFacts facts = RulesModes.facts(mode, NODE, net.family);
    return switch (mode) {
      case IPTABLES ->
          new Interpreter(
              IptablesCompiler.compile(ports, facts, Names.WEFT, net.family), DatagramLab.NODE);
      case NFTABLES ->
          new Interpreter(
              FlatRuleset.compile(ports, facts, Names.WEFT, net.family), DatagramLab.NODE);
    };
  }

  /** Some ports stay as they are, or with other endpoints; others go, new ones come. */
  private List<ServedPort> change(List<ServedPort> before) {
    List<ServedPort> after = new ArrayList<>();
    for (int i = 1; i <= SERVICES; i++) {
      if (i <= before.size() && random.nextInt(3) == 0) {
        after.add(before.get(i - 1));
      } else {
        after.add(port(i));
      }
    }
    return after;
  }

  private ServedPort port(int number) {
    List<Backend> all =
        new ArrayList<>(
            List.of(
                new Backend(net.pod, 5301, true),
                new Backend(net.other, 5302, true),
                new Backend(net.pod, 5303, true),
                new Backend(net.outside, 5301, false),
                new Backend(net.uplink, 5302, true)));
    Collections.shuffle(all, random);
    List<Backend> cluster = all.subList(0, random.nextInt(4)).stream().sorted().toList();
    List<Backend> local = cluster.stream().filter(Backend::local).toList();
    boolean restricted = random.nextInt(3) == 0;
    return new ServedPort(
        // Another Service each round: nobody comes back to it.
        new ObjectName("shop", "s" + number + "-" + random.nextInt(1 << 20)),
        "dns",
        Protocol.UDP,
        net.family,
        net.services.plus(number),
        53,
        random.nextBoolean() ? List.of(net.externals.plus(number)) : List.of(),
        random.nextBoolean() ? List.of(net.externals.plus(64 + number)) : List.of(),
        random.nextBoolean() ? 30_000 + number : 0,
        policy(),
        policy(),
        random.nextInt(3) == 0 ? Optional.of(Duration.ofHours(1)) : Optional.empty(),
        restricted ? List.of(IpPrefix.of(pick(net.ranges))) : List.of(),
        0,
        new BackendSets(cluster, local));
  }

  private TrafficPolicy policy() {
    return random.nextInt(3) == 0 ? TrafficPolicy.LOCAL : TrafficPolicy.CLUSTER;
  }

  private static List<ServiceCatalog.Change> changes(
      List<ServedPort> before, List<ServedPort> after) {
    List<ServiceCatalog.Change> changes = new ArrayList<>();
    for (int i = 0; i < SERVICES; i++) {
      ServedPort old = i < before.size() ? before.get(i) : null;
      ServedPort now = after.get(i);
      if (old != null && !old.equals(now)) {
        changes.add(new ServiceCatalog.Change(old.service(), List.of(old), List.of()));
      }
      if (!now.equals(old)) {
        changes.add(new ServiceCatalog.Change(now.service(), List.of(), List.of(now)));
      }
    }
    return changes;
  }

  private record Target(IpAddress address, int port) {}

  /** A frontend, or what is nearly one. */
  private Target target(List<ServedPort> ports) {
    ServedPort port = pick(ports);
    List<Target> all = new ArrayList<>();
    all.add(new Target(port.clusterIp(), port.port()));
    port.externalIps().forEach(address -> all.add(new Target(address, port.port())));
    port.loadBalancerIps().forEach(address -> all.add(new Target(address, port.port())));
    if (port.nodePort() != 0) {
      all.add(new Target(net.uplink, port.nodePort()));
      all.add(new Target(net.bridge, port.nodePort()));
    }
    if (random.nextInt(8) == 0) {
      all.add(new Target(port.clusterIp(), port.port() + 1));
      all.add(new Target(net.services.plus(89), 53));
    }
    return pick(all);
  }

  /**
   * Sends one datagram.
   *
   * @return who is remembered then; nothing if ways look alike that differ in it
   */
  private Optional<Recollection> probe(
      Interpreter interpreter, List<ServedPort> ports, Recollection before) throws IOException {
    Sender sender = pick(net.senders(lab));
    Target target = target(ports);
    Packet packet = lab.packet(sender, target.address(), target.port());
    Tracking tracking = Tracking.of(CtState.NEW);
    List<Branch> branches =
        sender.device().isEmpty()
            ? interpreter.send(packet, tracking, before)
            : interpreter.arrive(packet, sender.device(), tracking, before);
    Set<Fate> expected =
        branches.stream().map(DatagramLab::fate).collect(Collectors.toUnmodifiableSet());
    Fate seen = lab.send(sender, packet, expected.contains(new Fate.Lost()) ? SHORT : LONG);
    fates.add(seen);
    List<Branch> taken =
        branches.stream().filter(branch -> DatagramLab.fate(branch).equals(seen)).toList();
    assertFalse(
        taken.isEmpty(), () -> packet + "\nwas " + seen + "\nbut by " + branches + "\nof " + ports);
    List<Recollection> after = taken.stream().map(Branch::recollection).distinct().toList();
    return after.size() == 1 ? Optional.of(after.getFirst()) : Optional.empty();
  }

  private <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}

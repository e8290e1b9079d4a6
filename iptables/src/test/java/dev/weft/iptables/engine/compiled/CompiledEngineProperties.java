package dev.weft.iptables.engine.compiled;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.iptables.compile.IptablesCompiler;
import dev.weft.iptables.compile.Names;
import dev.weft.iptables.compile.NodeFacts;
import dev.weft.iptables.compile.NodePortAddresses;
import dev.weft.iptables.compile.Ports;
import dev.weft.iptables.engine.Branch;
import dev.weft.iptables.engine.Host;
import dev.weft.iptables.engine.Interpreter;
import dev.weft.iptables.engine.Packet;
import dev.weft.iptables.engine.RandomNat;
import dev.weft.iptables.engine.Recollection;
import dev.weft.iptables.engine.Step;
import dev.weft.iptables.engine.Tracking;
import dev.weft.iptables.ruleset.Match.CtState;
import dev.weft.iptables.ruleset.RandomRulesets;
import dev.weft.iptables.ruleset.Ruleset;
import dev.weft.iptables.ruleset.RulesetText;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import dev.weft.services.LocalPods;
import dev.weft.services.ServedPort;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The compiled form takes the interpreter's branches, each with its chance. */
class CompiledEngineProperties {
  private static final int PACKETS = 12;
  private static final int DRAWS = 200;
  private static final long NOW = 1_000_000;

  private static final List<IpAddress> V4 =
      List.of(
          IpAddress.of("172.30.0.1"),
          IpAddress.of("10.88.0.1"),
          IpAddress.of("192.0.2.1"),
          IpAddress.of("10.88.0.2"),
          IpAddress.of("10.88.0.3"),
          IpAddress.of("127.0.0.1"),
          IpAddress.of("198.51.100.9"));

  private static final List<IpAddress> V6 =
      List.of(
          IpAddress.of("fd00:30::1"),
          IpAddress.of("fd00:88::1"),
          IpAddress.of("fd00:99::1"),
          IpAddress.of("fd00:88::2"),
          IpAddress.of("fd00:88:0:0:1::3"),
          IpAddress.of("::1"),
          IpAddress.of("2001:db8::9"));

  private static final List<Integer> PORTS = List.of(80, 443, 5301);
  private static final List<String> DEVICES = List.of("br0", "up0", "lo");

  private static Host host(List<IpAddress> addresses) {
    IpFamily family = addresses.getFirst().family();
    boolean v4 = family == IpFamily.V4;
    IpAddress bridge = addresses.get(1);
    IpAddress uplink = addresses.get(2);
    return new Host(
        Set.of(bridge, uplink),
        List.of(
            new Host.Route(new IpPrefix(bridge, v4 ? 24 : 64).network(), "br0", bridge),
            new Host.Route(new IpPrefix(uplink, v4 ? 16 : 48).network(), "up0", uplink),
            // No way to addresses that begin with a one: such packets have no route.
            new Host.Route(new IpPrefix(IpAddress.zero(family), v4 ? 1 : 2), "up0", uplink),
            new Host.Route(IpPrefix.of(v4 ? "172.0.0.0/8" : "fd00:30::/32"), "up1", uplink)));
  }

  /** A packet, and what is known before it. */
  private record Case(Packet packet, String in, Tracking tracking, Recollection recollection) {}

  @Property(tries = 150)
  void randomRulesOfIpv4(@ForAll Random random) {
    follow(random, V4, rules(random, V4));
  }

  @Property(tries = 150)
  void randomRulesOfIpv6(@ForAll Random random) {
    follow(random, V6, rules(random, V6));
  }

  private static Ruleset rules(Random random, List<IpAddress> addresses) {
    return new RandomNat(random, addresses, PORTS, List.of("br0", "up0", "lo", "u+"), 30).next();
  }

  /** With matches and targets that nobody knows, ranges, and all that iptables can say. */
  @Property(tries = 150)
  void rulesOfEachKind(@ForAll Random random) {
    List<IpAddress> addresses = random.nextBoolean() ? V4 : V6;
    follow(random, addresses, new RandomRulesets(random, addresses.getFirst().family()).next());
  }

  @Property(tries = 100)
  void rulesOfServices(@ForAll Random random) {
    List<ServedPort> ports = Ports.random(random);
    NodeFacts node =
        new NodeFacts(
            List.of(V4.get(2)),
            new LocalPods.Cidrs(List.of(IpPrefix.of("10.88.0.0/24"))),
            new NodePortAddresses.All(random.nextBoolean()),
            false,
            List.of(),
            true);
    Ruleset ruleset = IptablesCompiler.compile(ports, node, Names.WEFT, IpFamily.V4);
    List<IpAddress> destinations = new ArrayList<>(V4);
    List<Integer> numbers = new ArrayList<>(List.of(80, 81));
    for (ServedPort port : ports) {
      destinations.add(port.clusterIp());
      destinations.addAll(port.externalIps());
      destinations.addAll(port.loadBalancerIps());
      port.backends().cluster().forEach(backend -> destinations.add(backend.address()));
      numbers.add(port.nodePort());
    }
    Agreement agreement = new Agreement(random, ruleset, host(V4));
    for (int i = 0; i < PACKETS; i++) {
      IpAddress source = pick(random, destinations);
      IpAddress destination = pick(random, destinations);
      String protocol = random.nextInt(8) == 0 ? "udp" : "tcp";
      agreement.check(
          agreement.complete(
              new Packet(source, destination, protocol, 40_000, pick(random, numbers), 0)));
    }
  }

  private static void follow(Random random, List<IpAddress> addresses, Ruleset ruleset) {
    Agreement agreement = new Agreement(random, ruleset, host(addresses));
    for (int i = 0; i < PACKETS; i++) {
      IpAddress source = pick(random, addresses);
      IpAddress destination = pick(random, addresses);
      String icmp = addresses.getFirst().isV4() ? "icmp" : "ipv6-icmp";
      String protocol = random.nextInt(5) > 0 ? "udp" : pick(random, List.of("tcp", "sctp", icmp));
      boolean hasPorts = !protocol.equals(icmp);
      agreement.check(
          agreement.complete(
              new Packet(
                  source,
                  destination,
                  protocol,
                  hasPorts ? pick(random, PORTS) : 0,
                  hasPorts ? pick(random, PORTS) : 0,
                  random.nextInt(8))));
    }
  }

  private static <T> T pick(Random random, List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  /** Both forms of one ruleset. */
  private static final class Agreement {
    private final Random random;
    private final Ruleset ruleset;
    private final Interpreter interpreter;
    private final RecentLists lists;
    private final CompiledEngine engine;
    private final PacketBuffer buffer = new PacketBuffer();

    Agreement(Random random, Ruleset ruleset, Host host) {
      this.random = random;
      this.ruleset = ruleset;
      interpreter = new Interpreter(ruleset, host);
      lists = new RecentLists(ruleset.family(), 1000);
      engine =
          new CompiledEngine(
              ruleset, host, new ConnectionTable(ruleset.family(), 10), lists, random);
    }

    Case complete(Packet packet) {
      CtState state =
          pick(
              random,
              List.of(
                  CtState.NEW,
                  CtState.NEW,
                  CtState.NEW,
                  CtState.ESTABLISHED,
                  CtState.RELATED,
                  CtState.INVALID,
                  CtState.UNTRACKED));
      Tracking tracking = Tracking.of(state);
      if (state == CtState.ESTABLISHED && random.nextBoolean()) {
        tracking =
            new Tracking(
                state,
                Optional.of(new Tracking.Endpoint(packet.source(), 8080)),
                random.nextBoolean() ? Optional.of(packet.destination()) : Optional.empty());
      }
      Map<String, Map<IpAddress, Integer>> known = new HashMap<>();
      for (String name : lists.names()) {
        if (random.nextBoolean()) {
          known
              .computeIfAbsent(name, _ -> new HashMap<>())
              .put(
                  random.nextBoolean() ? packet.source() : packet.destination(),
                  random.nextInt(60));
        }
      }
      String in = random.nextInt(3) == 0 ? "" : pick(random, DEVICES);
      return new Case(packet, in, tracking, new Recollection(known));
    }

    void check(Case one) {
      List<Branch> branches =
          one.in.isEmpty()
              ? interpreter.send(one.packet, one.tracking, one.recollection)
              : interpreter.arrive(one.packet, one.in, one.tracking, one.recollection);
      if (branches.stream().anyMatch(Agreement::gaveUp)) {
        return; // too many branches for one who follows them all
      }
      Map<String, Double> chances = new TreeMap<>();
      branches.forEach(branch -> chances.merge(text(branch), branch.chance(), Double::sum));
      Map<String, Integer> seen = new TreeMap<>();
      for (int i = 0; i < DRAWS; i++) {
        seen.merge(follow(one), 1, Integer::sum);
      }
      chances.forEach((outcome, _) -> seen.putIfAbsent(outcome, 0));
      seen.forEach(
          (outcome, count) -> {
            double chance = Math.min(1, chances.getOrDefault(outcome, 0.0));
            double spread = 7 * Math.sqrt(DRAWS * chance * (1 - chance)) + (chance > 0 ? 2 : 0);
            assertTrue(
                Math.abs(count - DRAWS * chance) <= spread + 1e-6,
                () ->
                    one
                        + "\nends as\n"
                        + seen
                        + "\nand not as\n"
                        + chances
                        + "\nunder\n"
                        + RulesetText.print(ruleset));
          });
    }

    private static boolean gaveUp(Branch branch) {
      return branch.trace().getLast() instanceof Step.Undecided(String why)
          && why.contains("too many rules");
    }

    private String follow(Case one) {
      forgetAll();
      one.recollection
          .lists()
          .forEach(
              (name, list) ->
                  list.forEach((address, age) -> lists.seen(name, address, NOW - 1000L * age)));
      buffer.write(one.packet);
      buffer.is(one.tracking.state());
      if (one.tracking.state() == CtState.ESTABLISHED
          || (one.tracking.state() == CtState.RELATED && one.packet.protocol().contains("icmp"))) {
        buffer.natDone = PacketBuffer.DESTINATION_DONE | PacketBuffer.SOURCE_DONE;
      }
      one.tracking
          .destination()
          .ifPresent(
              to -> {
                buffer.tracking |= PacketBuffer.DNAT;
                buffer.led = true;
                buffer.ledToHigh = to.address().high();
                buffer.ledToLow = to.address().low();
                buffer.ledToPort = to.port();
              });
      one.tracking
          .source()
          .ifPresent(
              from -> {
                buffer.tracking |= PacketBuffer.SNAT;
                buffer.disguised = true;
                buffer.comingFromHigh = from.high();
                buffer.comingFromLow = from.low();
                buffer.comingFromPort = one.packet.sourcePort();
              });
      if (one.in.isEmpty()) {
        engine.send(buffer, NOW);
      } else {
        engine.arrive(buffer, engine.device(one.in), NOW);
      }
      return text(one.packet.protocol());
    }

    private void forgetAll() {
      for (String name : lists.names()) {
        int number = lists.number(name);
        for (IpAddress address : lists.addresses(name)) {
          lists.forget(lists.find(number, address.high(), address.low()));
        }
      }
    }

    private String text(String protocol) {
      Branch.End end = buffer.end();
      if (end == Branch.End.UNDECIDED) {
        return end.toString();
      }
      Packet packet =
          new Packet(
              buffer.source(ruleset.family()),
              buffer.destination(ruleset.family()),
              protocol,
              buffer.sourcePort(),
              buffer.destinationPort(),
              buffer.mark());
      Optional<Tracking.Endpoint> to =
          buffer.has(CtState.DNAT)
              ? Optional.of(
                  new Tracking.Endpoint(
                      new IpAddress(ruleset.family(), buffer.ledToHigh, buffer.ledToLow),
                      buffer.ledToPort))
              : Optional.empty();
      Optional<IpAddress> from =
          buffer.has(CtState.SNAT)
              ? Optional.of(
                  new IpAddress(ruleset.family(), buffer.comingFromHigh, buffer.comingFromLow))
              : Optional.empty();
      CtState state = CtState.INVALID;
      for (CtState each : CtState.values()) {
        if (each != CtState.SNAT && each != CtState.DNAT && buffer.has(each)) {
          state = each;
        }
      }
      Map<String, Map<IpAddress, Integer>> known = new TreeMap<>();
      for (String name : lists.names()) {
        for (IpAddress address : lists.addresses(name)) {
          known
              .computeIfAbsent(name, _ -> new TreeMap<>())
              .put(address, (int) ((NOW - lists.lastSeen(name, address).orElseThrow()) / 1000));
        }
      }
      return outcome(
          end,
          packet,
          engine.deviceName(buffer.device()),
          new Tracking(state, to, from),
          new Recollection(known));
    }

    private static String text(Branch branch) {
      return branch.end() == Branch.End.UNDECIDED
          ? branch.end().toString()
          : outcome(
              branch.end(),
              branch.packet(),
              branch.device(),
              branch.tracking(),
              branch.recollection());
    }

    private static String outcome(
        Branch.End end,
        Packet packet,
        String device,
        Tracking tracking,
        Recollection recollection) {
      Map<String, Map<IpAddress, Integer>> known = new TreeMap<>();
      recollection
          .lists()
          .forEach(
              (name, list) -> {
                if (!list.isEmpty()) {
                  known.put(name, new TreeMap<>(list));
                }
              });
      return end + " " + packet + " " + device + " " + tracking + " " + known;
    }
  }
}

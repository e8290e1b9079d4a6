package dev.weft.iptables.engine.compiled;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.iptables.compile.IptablesCompiler;
import dev.weft.iptables.compile.Names;
import dev.weft.iptables.compile.NodeFacts;
import dev.weft.iptables.compile.NodePortAddresses;
import dev.weft.iptables.compile.Ports;
import dev.weft.iptables.engine.Branch;
import dev.weft.iptables.engine.Branch.End;
import dev.weft.iptables.engine.Host;
import dev.weft.iptables.engine.Interpreter;
import dev.weft.iptables.engine.Packet;
import dev.weft.iptables.engine.Recollection;
import dev.weft.iptables.engine.Tracking;
import dev.weft.iptables.ruleset.Match.CtState;
import dev.weft.iptables.ruleset.Ruleset;
import dev.weft.iptables.ruleset.RulesetText;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import dev.weft.services.LocalPods;
import dev.weft.services.ServedPort;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** A connection is led where its first packet went, and its answers come from where it was sent. */
class ConnectionProperties {
  private static final IpAddress NODE = IpAddress.of("192.0.2.1");
  private static final IpAddress POD = IpAddress.of("10.88.0.77");
  private static final IpAddress OUTSIDE = IpAddress.of("203.0.113.9");

  private static final Host HOST =
      new Host(
          Set.of(NODE, IpAddress.of("10.88.0.1")),
          List.of(
              new Host.Route(IpPrefix.of("10.88.0.0/24"), "br0", IpAddress.of("10.88.0.1")),
              new Host.Route(IpPrefix.of("0.0.0.0/0"), "up0", NODE)));

  private static final String ONE_SERVICE =
      """
      *nat
      :PREROUTING ACCEPT [0:0]
      :OUTPUT ACCEPT [0:0]
      :POSTROUTING ACCEPT [0:0]
      :SVC - [0:0]
      :SEP-1 - [0:0]
      :SEP-2 - [0:0]
      -A PREROUTING -d 172.30.0.1/32 -p udp -m udp --dport 53 -j SVC
      -A OUTPUT -d 172.30.0.1/32 -p udp -m udp --dport 53 -j SVC
      -A POSTROUTING -d 10.88.0.0/24 -j MASQUERADE --random-fully
      -A SVC -m recent --rcheck --seconds 600 --reap --name SEP-1 --mask 255.255.255.255 --rsource -j SEP-1
      -A SVC -m recent --rcheck --seconds 600 --reap --name SEP-2 --mask 255.255.255.255 --rsource -j SEP-2
      -A SVC -m statistic --mode random --probability 0.50000000000 -j SEP-1
      -A SVC -j SEP-2
      -A SEP-1 -p udp -m recent --set --name SEP-1 --mask 255.255.255.255 --rsource -m udp -j DNAT --to-destination 10.88.0.2:5353
      -A SEP-2 -p udp -m recent --set --name SEP-2 --mask 255.255.255.255 --rsource -m udp -j DNAT --to-destination 10.88.0.3:5353
      COMMIT
      """;

  private final PacketBuffer buffer = new PacketBuffer();

  @Property(tries = 200)
  void connectionsToServices(@ForAll Random random) {
    List<ServedPort> ports = Ports.random(random);
    NodeFacts node =
        new NodeFacts(
            List.of(NODE),
            new LocalPods.Cidrs(List.of(IpPrefix.of("10.88.0.0/24"))),
            new NodePortAddresses.All(false),
            false,
            List.of(),
            true);
    Ruleset ruleset = IptablesCompiler.compile(ports, node, Names.WEFT, IpFamily.V4);
    CompiledEngine engine = CompiledEngine.of(ruleset, HOST);
    Interpreter interpreter = new Interpreter(ruleset, HOST);
    PacketBuffer packet = new PacketBuffer();
    int source = 30_000;
    for (ServedPort port : ports) {
      List<Packet> first = new ArrayList<>();
      for (IpAddress from : List.of(NODE, POD, OUTSIDE)) {
        first.add(new Packet(from, port.clusterIp(), "tcp", source++, port.port(), 0));
        if (port.nodePort() != 0) {
          first.add(new Packet(from, NODE, "tcp", source++, port.nodePort(), 0));
        }
        for (IpAddress balancer : port.loadBalancerIps()) {
          first.add(new Packet(from, balancer, "tcp", source++, port.port(), 0));
        }
      }
      for (Packet each : first) {
        connect(engine, interpreter, packet, each);
      }
    }
  }

  /** A packet, the answer, and one more packet. */
  private static void connect(
      CompiledEngine engine, Interpreter interpreter, PacketBuffer buffer, Packet packet) {
    String in = packet.source().equals(NODE) ? "" : packet.source().equals(POD) ? "br0" : "up0";
    pass(engine, buffer, packet, in);
    Branch taken =
        follow(interpreter, packet, in, Tracking.of(CtState.NEW), Recollection.EMPTY).stream()
            .filter(branch -> branch.end() == buffer.end())
            .filter(branch -> branch.packet().equals(packet(buffer)))
            .findFirst()
            .orElseThrow();
    if (buffer.end() != End.ACCEPT) {
      return;
    }
    Packet answer = answer(taken.packet());
    pass(engine, buffer, answer, taken.device().equals("lo") ? "" : taken.device());
    assertEquals(End.ACCEPT, buffer.end());
    assertTrue(buffer.has(CtState.ESTABLISHED));
    assertEquals(answer(packet), packet(buffer));
    pass(engine, buffer, packet, in);
    List<Branch> later =
        follow(interpreter, packet, in, taken.tracking().established(), taken.recollection());
    assertEquals(1, later.size());
    assertEquals(later.getFirst().end(), buffer.end());
    assertEquals(later.getFirst().packet(), packet(buffer));
    assertEquals(later.getFirst().device(), engine.deviceName(buffer.device()));
  }

  private static List<Branch> follow(
      Interpreter interpreter, Packet packet, String in, Tracking tracking, Recollection known) {
    return in.isEmpty()
        ? interpreter.send(packet, tracking, known)
        : interpreter.arrive(packet, in, tracking, known);
  }

  private static void pass(CompiledEngine engine, PacketBuffer buffer, Packet packet, String in) {
    passAt(0, engine, buffer, packet, in);
  }

  private static void passAt(
      long now, CompiledEngine engine, PacketBuffer buffer, Packet packet, String in) {
    buffer.write(packet);
    if (in.isEmpty()) {
      engine.send(buffer, now);
    } else {
      engine.arrive(buffer, engine.device(in), now);
    }
  }

  private static Packet packet(PacketBuffer buffer) {
    return new Packet(
        buffer.source(IpFamily.V4),
        buffer.destination(IpFamily.V4),
        buffer.protocol == Protocols.TCP ? "tcp" : "udp",
        buffer.sourcePort(),
        buffer.destinationPort(),
        buffer.mark());
  }

  @SuppressWarnings("ArgumentSelectionDefectChecker") // swapped on purpose
  private static Packet answer(Packet packet) {
    return new Packet(
        packet.destination(),
        packet.source(),
        packet.protocol(),
        packet.destinationPort(),
        packet.sourcePort(),
        0);
  }

  private static Packet query(IpAddress from, int port) {
    return new Packet(from, IpAddress.of("172.30.0.1"), "udp", port, 53, 0);
  }

  private static CompiledEngine engine(int connections) {
    return new CompiledEngine(
        RulesetText.parse(IpFamily.V4, ONE_SERVICE),
        HOST,
        new ConnectionTable(IpFamily.V4, connections),
        new RecentLists(IpFamily.V4, 1000),
        new SplittableRandom(1));
  }

  @Test
  void aPacketThatIsSentAgainGoesTheSameWayAndIsStillNew() {
    CompiledEngine engine = engine(10);
    passAt(0, engine, buffer, query(OUTSIDE, 1), "up0");
    IpAddress endpoint = buffer.destination(IpFamily.V4);
    for (int second = 1; second < 100; second += 29) {
      passAt(second * 1000L, engine, buffer, query(OUTSIDE, 1), "up0");
      assertEquals(endpoint, buffer.destination(IpFamily.V4));
      assertTrue(buffer.has(CtState.NEW) && buffer.has(CtState.DNAT) && buffer.has(CtState.SNAT));
    }
  }

  @Test
  void aClientStaysWithItsEndpointForItsTime() {
    CompiledEngine engine = engine(1000);
    passAt(0, engine, buffer, query(OUTSIDE, 1), "up0");
    IpAddress endpoint = buffer.destination(IpFamily.V4);
    Set<IpAddress> endpoints = new HashSet<>();
    for (int i = 0; i < 64; i++) {
      passAt(600_000, engine, buffer, query(OUTSIDE, 1000 + i), "up0");
      assertEquals(endpoint, buffer.destination(IpFamily.V4));
    }
    for (int i = 0; i < 64; i++) {
      passAt(600_001 + 600_001L * (i + 1), engine, buffer, query(OUTSIDE, 2000 + i), "up0");
      endpoints.add(buffer.destination(IpFamily.V4));
    }
    assertEquals(2, endpoints.size());
  }

  @Test
  void clientsWhoseAnswersWouldLookAlikeGetPortsOfTheirOwn() {
    CompiledEngine engine = engine(100);
    Set<Packet> led = new HashSet<>();
    for (int i = 1; i < 40; i++) {
      Packet packet = query(IpAddress.of("203.0.113.0").plus(i), 777);
      pass(engine, buffer, packet, "up0");
      Packet there = packet(buffer);
      assertTrue(led.add(there), there::toString);
      Packet answer = answer(there);
      pass(engine, buffer, answer, "br0");
      assertEquals(answer(packet), packet(buffer));
    }
  }

  @Test
  void aConnectionIsForgottenAfterItsTime() {
    CompiledEngine engine = engine(10);
    passAt(0, engine, buffer, query(OUTSIDE, 1), "up0");
    Packet there = packet(buffer);
    Packet answer = answer(there);
    passAt(30_000, engine, buffer, answer, "br0");
    assertEquals(OUTSIDE, buffer.destination(IpFamily.V4));
    passAt(150_000, engine, buffer, answer, "br0");
    assertEquals(OUTSIDE, buffer.destination(IpFamily.V4));
    passAt(270_001, engine, buffer, answer, "br0");
    assertNotEquals(OUTSIDE, buffer.destination(IpFamily.V4));
  }

  @Test
  void whenTheTableIsFullOnlyUnansweredConnectionsMakeRoom() {
    CompiledEngine engine = engine(4);
    for (int i = 0; i < 20; i++) {
      pass(engine, buffer, query(OUTSIDE, 100 + i), "up0");
      assertEquals(End.ACCEPT, buffer.end());
    }
    for (int i = 0; i < 4; i++) {
      Packet packet = query(POD, 200 + i);
      pass(engine, buffer, packet, "br0");
      Packet there = packet(buffer);
      Packet answer = answer(there);
      pass(engine, buffer, answer, "br0");
      assertEquals(POD, buffer.destination(IpFamily.V4));
    }
    pass(engine, buffer, query(OUTSIDE, 300), "up0");
    assertEquals(End.DROP, buffer.end());
    passAt(120_001, engine, buffer, query(OUTSIDE, 300), "up0");
    assertEquals(End.ACCEPT, buffer.end());
  }

  @Test
  void connectionsAndAffinityOutliveTheRules() {
    CompiledEngine engine = engine(100);
    passAt(0, engine, buffer, query(OUTSIDE, 1), "up0");
    IpAddress endpoint = buffer.destination(IpFamily.V4);
    engine.replace(RulesetText.parse(IpFamily.V4, ONE_SERVICE.replace("172.30.0.1", "172.30.0.2")));
    passAt(1, engine, buffer, query(OUTSIDE, 1), "up0");
    assertEquals(endpoint, buffer.destination(IpFamily.V4));
    for (int i = 0; i < 20; i++) {
      Packet packet = new Packet(OUTSIDE, IpAddress.of("172.30.0.2"), "udp", 50 + i, 53, 0);
      passAt(2, engine, buffer, packet, "up0");
      assertEquals(endpoint, buffer.destination(IpFamily.V4));
    }
  }
}

package dev.weft.iptables.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.iptables.engine.Branch.End;
import dev.weft.iptables.ruleset.Match.CtState;
import dev.weft.iptables.ruleset.RulesetText;
import dev.weft.iptables.ruleset.Side;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Packets meet rules in the shape of kube-proxy's as they do in the kernel. */
class InterpreterTest {
  private static final String SERVICES =
      """
      *nat
      :PREROUTING ACCEPT [0:0]
      :OUTPUT ACCEPT [0:0]
      :POSTROUTING ACCEPT [0:0]
      :SERVICES - [0:0]
      :NODEPORTS - [0:0]
      :EXT-WEB - [0:0]
      :SVC-WEB - [0:0]
      :SEP-1 - [0:0]
      :SEP-2 - [0:0]
      :SEP-3 - [0:0]
      :SVC-CART - [0:0]
      :SEP-4 - [0:0]
      :SEP-5 - [0:0]
      :MARK-MASQ - [0:0]
      :MASQ - [0:0]
      -A PREROUTING -j SERVICES
      -A OUTPUT -j SERVICES
      -A POSTROUTING -j MASQ
      -A SERVICES -d 172.30.0.10/32 -p tcp -m tcp --dport 80 -j SVC-WEB
      -A SERVICES -d 172.30.0.11/32 -p tcp -m tcp --dport 80 -j SVC-CART
      -A SERVICES -m addrtype --dst-type LOCAL -j NODEPORTS
      -A NODEPORTS -p tcp -m tcp --dport 30080 -j EXT-WEB
      -A EXT-WEB -j MARK-MASQ
      -A EXT-WEB -j SVC-WEB
      -A SVC-WEB ! -s 10.0.0.0/24 -d 172.30.0.10/32 -j MARK-MASQ
      -A SVC-WEB -m statistic --mode random --probability 0.25000000000 -j SEP-1
      -A SVC-WEB -m statistic --mode random --probability 0.33333333349 -j SEP-2
      -A SVC-WEB -j SEP-3
      -A SEP-1 -s 10.0.0.5/32 -j MARK-MASQ
      -A SEP-1 -p tcp -m tcp -j DNAT --to-destination 10.0.0.5:8080
      -A SEP-2 -p tcp -m tcp -j DNAT --to-destination 10.0.0.6:8080
      -A SEP-3 -p tcp -m tcp -j DNAT --to-destination 10.0.1.7:8080
      -A SVC-CART -m recent --rcheck --seconds 600 --reap --name SEP-4 --mask 255.255.255.255 --rsource -j SEP-4
      -A SVC-CART -m recent --rcheck --seconds 600 --reap --name SEP-5 --mask 255.255.255.255 --rsource -j SEP-5
      -A SVC-CART -m statistic --mode random --probability 0.50000000000 -j SEP-4
      -A SVC-CART -j SEP-5
      -A SEP-4 -p tcp -m recent --set --name SEP-4 --mask 255.255.255.255 --rsource -m tcp -j DNAT --to-destination 10.0.0.8:80
      -A SEP-5 -p tcp -m recent --set --name SEP-5 --mask 255.255.255.255 --rsource -m tcp -j DNAT --to-destination 10.0.0.9:80
      -A MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
      -A MASQ -m mark ! --mark 0x4000/0x4000 -j RETURN
      -A MASQ -j MARK --set-xmark 0x4000/0x0
      -A MASQ -j MASQUERADE --random-fully
      COMMIT
      *filter
      :INPUT ACCEPT [0:0]
      :FORWARD ACCEPT [0:0]
      :OUTPUT ACCEPT [0:0]
      :SERVICES - [0:0]
      -A FORWARD -m conntrack --ctstate NEW -j SERVICES
      -A FORWARD -m conntrack --ctstate INVALID -j DROP
      -A OUTPUT -m conntrack --ctstate NEW -j SERVICES
      -A INPUT ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP
      -A SERVICES -d 172.30.0.12/32 -p tcp -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable
      COMMIT
      """;

  private static final Host NODE =
      new Host(
          Set.of(IpAddress.of("10.0.0.1"), IpAddress.of("192.0.2.1")),
          List.of(
              route("10.0.0.0/24", "cni0", "10.0.0.1"), route("0.0.0.0/0", "eth0", "192.0.2.1")));

  private static final Tracking NEW = Tracking.of(CtState.NEW);

  private final Interpreter interpreter = interpreter(SERVICES);

  private static Host.Route route(String to, String device, String source) {
    return new Host.Route(IpPrefix.of(to), device, IpAddress.of(source));
  }

  private static Interpreter interpreter(String saved) {
    return new Interpreter(RulesetText.parse(IpFamily.V4, saved), NODE);
  }

  private static Packet tcp(String from, String to, int port) {
    return new Packet(IpAddress.of(from), IpAddress.of(to), "tcp", 40_000, port, 0);
  }

  private List<Branch> arrive(Packet packet, String in) {
    return interpreter.arrive(packet, in, NEW, Recollection.EMPTY);
  }

  /** Where it goes, and from which address, with its chance in thousandths. */
  private static Map<String, Long> outcomes(List<Branch> branches) {
    Map<String, Long> outcomes = new TreeMap<>();
    for (Branch branch : branches) {
      Packet packet = branch.packet();
      String outcome =
          branch.end()
              + " "
              + packet.source()
              + " "
              + packet.destination()
              + ":"
              + packet.destinationPort()
              + " "
              + branch.device();
      outcomes.merge(outcome, Math.round(branch.chance() * 1000), Long::sum);
    }
    return outcomes;
  }

  @Test
  void aPodReachesEachEndpointWithItsChance() {
    assertEquals(
        Map.of(
            "ACCEPT 10.0.0.20 10.0.0.5:8080 cni0", 250L,
            "ACCEPT 10.0.0.20 10.0.0.6:8080 cni0", 250L,
            "ACCEPT 10.0.0.20 10.0.1.7:8080 eth0", 500L),
        outcomes(arrive(tcp("10.0.0.20", "172.30.0.10", 80), "cni0")));
  }

  @Test
  void aClientFromOutsideIsMasqueraded() {
    assertEquals(
        Map.of(
            "ACCEPT 10.0.0.1 10.0.0.5:8080 cni0", 250L,
            "ACCEPT 10.0.0.1 10.0.0.6:8080 cni0", 250L,
            "ACCEPT 192.0.2.1 10.0.1.7:8080 eth0", 500L),
        outcomes(arrive(tcp("203.0.113.9", "192.0.2.1", 30080), "eth0")));
  }

  @Test
  void anEndpointThatReachesItselfIsMasqueraded() {
    assertEquals(
        Map.of(
            "ACCEPT 10.0.0.1 10.0.0.5:8080 cni0", 250L,
            "ACCEPT 10.0.0.5 10.0.0.6:8080 cni0", 250L,
            "ACCEPT 10.0.0.5 10.0.1.7:8080 eth0", 500L),
        outcomes(arrive(tcp("10.0.0.5", "172.30.0.10", 80), "cni0")));
  }

  @Test
  void whatTheNodeSendsIsRoutedAnew() {
    List<Branch> branches =
        interpreter.send(tcp("192.0.2.1", "172.30.0.10", 80), NEW, Recollection.EMPTY);
    assertEquals(
        Map.of(
            "ACCEPT 10.0.0.1 10.0.0.5:8080 cni0", 250L,
            "ACCEPT 10.0.0.1 10.0.0.6:8080 cni0", 250L,
            "ACCEPT 192.0.2.1 10.0.1.7:8080 eth0", 500L),
        outcomes(branches));
  }

  @Test
  void aServiceWithoutEndpointsIsRejected() {
    assertEquals(
        Map.of("REJECT 10.0.0.20 172.30.0.12:80 eth0", 1000L),
        outcomes(arrive(tcp("10.0.0.20", "172.30.0.12", 80), "cni0")));
    assertEquals(
        Map.of("REJECT 192.0.2.1 172.30.0.12:80 eth0", 1000L),
        outcomes(interpreter.send(tcp("192.0.2.1", "172.30.0.12", 80), NEW, Recollection.EMPTY)));
  }

  @Test
  void aPortThatNoServiceHasIsLeftAlone() {
    assertEquals(
        Map.of("ACCEPT 10.0.0.20 172.30.0.10:81 eth0", 1000L),
        outcomes(arrive(tcp("10.0.0.20", "172.30.0.10", 81), "cni0")));
    assertEquals(
        Map.of("ACCEPT 10.0.0.20 10.0.0.1:22 lo", 1000L),
        outcomes(arrive(tcp("10.0.0.20", "10.0.0.1", 22), "cni0")));
  }

  @Test
  void aClientStaysWithItsEndpointAsLongAsItIsRemembered() {
    Packet packet = tcp("10.0.0.20", "172.30.0.11", 80);
    List<Branch> first = arrive(packet, "cni0");
    assertEquals(
        Map.of(
            "ACCEPT 10.0.0.20 10.0.0.8:80 cni0", 500L, "ACCEPT 10.0.0.20 10.0.0.9:80 cni0", 500L),
        outcomes(first));
    for (Branch branch : first) {
      assertEquals(
          List.of(branch.packet()),
          interpreter.arrive(packet, "cni0", NEW, branch.recollection()).stream()
              .map(Branch::packet)
              .toList());
    }
    for (Map.Entry<Integer, Integer> age : Map.of(600, 1, 601, 2).entrySet()) {
      Recollection old =
          new Recollection(Map.of("SEP-4", Map.of(IpAddress.of("10.0.0.20"), age.getKey())));
      assertEquals(age.getValue(), interpreter.arrive(packet, "cni0", NEW, old).size());
    }
  }

  @Test
  void laterPacketsGoWhereTheFirstWentWithoutAskingNat() {
    Packet packet = tcp("203.0.113.9", "192.0.2.1", 30080);
    for (Branch first : arrive(packet, "eth0")) {
      List<Branch> later =
          interpreter.arrive(packet, "eth0", first.tracking().established(), first.recollection());
      assertEquals(1, later.size());
      assertEquals(first.packet().destination(), later.getFirst().packet().destination());
      assertEquals(first.packet().source(), later.getFirst().packet().source());
      assertTrue(
          later.getFirst().trace().stream().noneMatch(step -> step instanceof Step.Drawn),
          later::toString);
    }
  }

  @Test
  void anInvalidPacketIsNotTranslated() {
    assertEquals(
        Map.of("DROP 10.0.0.20 172.30.0.10:80 eth0", 1000L),
        outcomes(
            interpreter.arrive(
                tcp("10.0.0.20", "172.30.0.10", 80),
                "cni0",
                Tracking.of(CtState.INVALID),
                Recollection.EMPTY)));
  }

  @Test
  void theLoopbackGuardDropsStrangers() {
    assertEquals(
        Map.of("DROP 10.0.0.20 127.0.0.1:9 lo", 1000L),
        outcomes(arrive(tcp("10.0.0.20", "127.0.0.1", 9), "cni0")));
    assertEquals(
        Map.of("ACCEPT 127.0.0.1 127.0.0.1:9 lo", 1000L),
        outcomes(interpreter.send(tcp("127.0.0.1", "127.0.0.1", 9), NEW, Recollection.EMPTY)));
  }

  @Test
  void theTraceTellsWhatHappenedInOrder() {
    Branch branch = arrive(tcp("203.0.113.9", "172.30.0.10", 80), "eth0").getFirst();
    List<String> kinds =
        branch.trace().stream().map(step -> step.getClass().getSimpleName()).toList();
    assertTrue(
        kinds.indexOf("Marked") < kinds.indexOf("Drawn")
            && kinds.indexOf("Drawn") < kinds.indexOf("Rewritten")
            && kinds.indexOf("Rewritten") < kinds.indexOf("Routed"),
        kinds::toString);
    assertTrue(
        branch
            .trace()
            .contains(
                new Step.Rewritten(
                    Side.DESTINATION,
                    IpAddress.of("172.30.0.10"),
                    80,
                    branch.packet().destination(),
                    8080)),
        branch::toString);
    assertTrue(branch.trace().contains(new Step.Marked(0, 0x4000)), branch::toString);
    assertTrue(branch.trace().contains(new Step.Marked(0x4000, 0)), branch::toString);
  }

  @Test
  void gotoDoesNotComeBack() {
    String saved =
        """
        *filter
        :INPUT DROP [0:0]
        :A - [0:0]
        :B - [0:0]
        -A INPUT -p udp -g A
        -A INPUT -p tcp -j A
        -A INPUT -j ACCEPT
        -A A -g B
        -A A -j REJECT --reject-with icmp-port-unreachable
        COMMIT
        """;
    Packet packet = tcp("10.0.0.20", "10.0.0.1", 9);
    Packet udp = new Packet(packet.source(), packet.destination(), "udp", 9, 9, 0);
    assertEquals(End.ACCEPT, onlyEnd(saved, packet));
    assertEquals(End.DROP, onlyEnd(saved, udp));
  }

  private static End onlyEnd(String saved, Packet packet) {
    List<Branch> branches = interpreter(saved).arrive(packet, "cni0", NEW, Recollection.EMPTY);
    assertEquals(1, branches.size());
    return branches.getFirst().end();
  }

  @Test
  void whatIsNotKnownIsSaidAndNotGuessed() {
    Packet packet = tcp("10.0.0.20", "10.0.0.1", 22);
    for (Map.Entry<String, End> rule :
        Map.of(
                "-m limit --limit 5/sec -j DROP", End.UNDECIDED,
                "-m limit --limit 5/sec -j LOG", End.ACCEPT,
                "-m limit --limit 5/sec", End.ACCEPT,
                "-p udp -m limit --limit 5/sec -j DROP", End.ACCEPT,
                "-m limit --limit 5/sec -m mark --mark 0x1 -j DROP", End.ACCEPT,
                "-m physdev --physdev-in eth0 -j DROP", End.UNDECIDED,
                "-j NFQUEUE --queue-num 0", End.UNDECIDED,
                "-s 10.9.0.0/16 -j NFQUEUE --queue-num 0", End.ACCEPT)
            .entrySet()) {
      String saved = "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT " + rule.getKey() + "\nCOMMIT\n";
      assertEquals(rule.getValue(), onlyEnd(saved, packet), rule.getKey());
    }
    String range =
        """
        *nat
        :PREROUTING ACCEPT [0:0]
        -A PREROUTING -j DNAT --to-destination 10.0.0.5-10.0.0.9
        COMMIT
        """;
    assertEquals(End.UNDECIDED, onlyEnd(range, packet));
  }

  @Test
  void chainsInACircleEnd() {
    String saved =
        """
        *filter
        :INPUT ACCEPT [0:0]
        :A - [0:0]
        :B - [0:0]
        -A INPUT -j A
        -A A -j B
        -A B -g A
        COMMIT
        """;
    assertEquals(End.UNDECIDED, onlyEnd(saved, tcp("10.0.0.20", "10.0.0.1", 22)));
  }

  @Test
  void inRawTheConnectionIsNotKnownYet() {
    String saved =
        """
        *raw
        :PREROUTING ACCEPT [0:0]
        -A PREROUTING -m conntrack --ctstate NEW -j DROP
        -A PREROUTING -m conntrack --ctstate INVALID -j MARK --set-xmark 0x1/0x1
        COMMIT
        *filter
        :INPUT DROP [0:0]
        -A INPUT -m conntrack --ctstate NEW -m mark --mark 0x1/0x1 -j ACCEPT
        COMMIT
        """;
    assertEquals(End.ACCEPT, onlyEnd(saved, tcp("10.0.0.20", "10.0.0.1", 22)));
  }

  @Test
  void aPacketOutOfTrackingIsNotTranslated() {
    String saved =
        """
        *raw
        :PREROUTING ACCEPT [0:0]
        -A PREROUTING -p tcp -m tcp --dport 80 -j CT --notrack
        COMMIT
        """
            + SERVICES;
    List<Branch> branches =
        interpreter(saved)
            .arrive(tcp("10.0.0.20", "172.30.0.10", 80), "cni0", NEW, Recollection.EMPTY);
    assertEquals(Map.of("ACCEPT 10.0.0.20 172.30.0.10:80 eth0", 1000L), outcomes(branches));
    assertEquals(
        Optional.of(Tracking.of(CtState.UNTRACKED)),
        branches.stream().map(Branch::tracking).findFirst());
  }
}

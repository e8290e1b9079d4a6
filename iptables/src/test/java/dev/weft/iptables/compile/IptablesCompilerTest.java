package dev.weft.iptables.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.iptables.ruleset.Chain;
import dev.weft.iptables.ruleset.Rule;
import dev.weft.iptables.ruleset.Ruleset;
import dev.weft.iptables.ruleset.RulesetText;
import dev.weft.iptables.ruleset.TableName;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import dev.weft.services.BackendSets;
import dev.weft.services.LocalPods;
import dev.weft.services.ObjectName;
import dev.weft.services.Protocol;
import dev.weft.services.ServedPort;
import dev.weft.services.TrafficPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class IptablesCompilerTest {
  private static final NodeFacts NODE =
      new NodeFacts(
          List.of(IpAddress.of("192.168.0.2")),
          new LocalPods.Cidrs(List.of(IpPrefix.of("10.0.0.0/24"))),
          new NodePortAddresses.All(true),
          false,
          List.of(),
          true);

  private static Ruleset compile(NodeFacts node, ServedPort... ports) {
    return IptablesCompiler.compile(List.of(ports), node, Names.WEFT, IpFamily.V4);
  }

  /** The rules of a table as text, without those of its base chains. */
  private static List<String> rules(Ruleset ruleset, TableName table) {
    List<String> rules = new ArrayList<>();
    for (Chain chain : ruleset.table(table).orElseThrow().chains().values()) {
      if (chain.policy().isEmpty()) {
        chain.rules().forEach(rule -> rules.add(chain.name() + " " + rule));
      }
    }
    return rules;
  }

  private static void assertHas(List<String> rules, String... expected) {
    for (String rule : expected) {
      assertTrue(rules.contains(rule), () -> rule + "\nis not among\n" + String.join("\n", rules));
    }
  }

  private static void assertNone(List<String> rules, String part) {
    assertEquals(List.of(), rules.stream().filter(rule -> rule.contains(part)).toList());
  }

  @Test
  void aClusterIpIsOneOfItsEndpoints() {
    ServedPort port = Ports.clusterIp("web", 1).backends("10.0.0.5", "10.0.1.6").build();
    List<String> nat = rules(compile(NODE, port), TableName.NAT);
    String chain = Names.WEFT.cluster(port);
    String first = Names.WEFT.endpoint(port, port.backends().cluster().getFirst());
    String last = Names.WEFT.endpoint(port, port.backends().cluster().getLast());
    String to =
        "-d 172.30.0.1/32 -p tcp -m comment --comment \"shop/web:http cluster IP\" -m tcp --dport 80 ";
    assertHas(
        nat,
        "WEFT-SERVICES " + to + "-j " + chain,
        chain + " ! -s 10.0.0.0/24 " + to + "-j WEFT-MARK-MASQ",
        chain
            + " -m comment --comment \"shop/web:http -> 10.0.0.5:8080\""
            + " -m statistic --mode random --probability 0.50000000000 -j "
            + first,
        chain + " -m comment --comment \"shop/web:http -> 10.0.1.6:8080\" -j " + last,
        first + " -s 10.0.0.5/32 -m comment --comment \"shop/web:http\" -j WEFT-MARK-MASQ",
        first
            + " -p tcp -m comment --comment \"shop/web:http\" -m tcp"
            + " -j DNAT --to-destination 10.0.0.5:8080");
    assertEquals("WEFT-SERVICES", nat.getFirst().split(" ", 2)[0]);
  }

  @Test
  void withoutKnownPodsNothingIsMasqueradedForWhereItComesFrom() {
    ServedPort port = Ports.clusterIp("web", 1).backends("10.0.0.5").build();
    NodeFacts unknown =
        new NodeFacts(
            NODE.addresses(),
            new LocalPods.Unknown(),
            NODE.nodePortAddresses(),
            false,
            List.of(),
            true);
    assertNone(
        rules(compile(unknown, port), TableName.NAT), "cluster IP\" -m tcp --dport 80 -j WEFT-M");
  }

  @Test
  void masqueradeAllAsksNotWhereItComesFrom() {
    ServedPort port = Ports.clusterIp("web", 1).backends("10.0.0.5").build();
    NodeFacts all =
        new NodeFacts(
            NODE.addresses(), NODE.localPods(), NODE.nodePortAddresses(), true, List.of(), true);
    assertHas(
        rules(compile(all, port), TableName.NAT),
        Names.WEFT.cluster(port)
            + " -d 172.30.0.1/32 -p tcp -m comment --comment \"shop/web:http cluster IP\""
            + " -m tcp --dport 80 -j WEFT-MARK-MASQ");
  }

  @Test
  void aServiceThatNobodyServesIsRefusedEverywhere() {
    ServedPort port = Ports.clusterIp("web", 1).nodePort(30080).externalIp("192.0.2.9").build();
    Ruleset ruleset = compile(NODE, port);
    assertNone(rules(ruleset, TableName.NAT), "shop/web");
    String why = "-m comment --comment \"shop/web:http has no endpoints\" ";
    String refuse = "-j REJECT --reject-with icmp-port-unreachable";
    assertHas(
        rules(ruleset, TableName.FILTER),
        "WEFT-SERVICES -d 172.30.0.1/32 -p tcp " + why + "-m tcp --dport 80 " + refuse,
        "WEFT-EXTERNAL-SERVICES -d 192.0.2.9/32 -p tcp " + why + "-m tcp --dport 80 " + refuse,
        "WEFT-EXTERNAL-SERVICES -p tcp "
            + why
            + "-m addrtype --dst-type LOCAL -m tcp --dport 30080 "
            + refuse);
  }

  @Test
  void aServiceThatIsServedElsewhereOnlyDropsWhatIsLocal() {
    ServedPort port =
        Ports.clusterIp("web", 1)
            .nodePort(30080)
            .policies(TrafficPolicy.LOCAL, TrafficPolicy.LOCAL)
            .backends("10.0.1.6")
            .locally()
            .build();
    Ruleset ruleset = compile(NODE, port);
    assertHas(
        rules(ruleset, TableName.FILTER),
        "WEFT-SERVICES -d 172.30.0.1/32 -p tcp"
            + " -m comment --comment \"shop/web:http has no local endpoints\""
            + " -m tcp --dport 80 -j DROP",
        "WEFT-EXTERNAL-SERVICES -p tcp"
            + " -m comment --comment \"shop/web:http has no local endpoints\""
            + " -m addrtype --dst-type LOCAL -m tcp --dport 30080 -j DROP");
    List<String> nat = rules(ruleset, TableName.NAT);
    String external = Names.WEFT.external(port);
    String cluster = Names.WEFT.cluster(port);
    assertHas(
        nat,
        "WEFT-NODEPORTS -p tcp -m comment --comment \"shop/web:http\" -m tcp --dport 30080 -j "
            + external,
        external
            + " -s 10.0.0.0/24"
            + " -m comment --comment \"pod traffic for shop/web:http external destinations\" -j "
            + cluster,
        external
            + " -m comment --comment \"route LOCAL traffic for shop/web:http external destinations\""
            + " -m addrtype --src-type LOCAL -j "
            + cluster);
    assertNone(nat, Names.WEFT.local(port));
  }

  @Test
  void aBalancerLetsInItsSourceRangesAndItselfIfTheNodeIsAmongThem() {
    ServedPort port =
        Ports.clusterIp("web", 1)
            .balancer("192.0.2.80")
            .ranges("192.168.0.0/16")
            .backends("10.0.0.5")
            .build();
    Ruleset ruleset = compile(NODE, port);
    String firewall = Names.WEFT.firewall(port);
    String from = " -m comment --comment \"shop/web:http loadbalancer IP\" -j ";
    assertHas(
        rules(ruleset, TableName.NAT),
        "WEFT-SERVICES -d 192.0.2.80/32 -p tcp"
            + " -m comment --comment \"shop/web:http loadbalancer IP\" -m tcp --dport 80 -j "
            + firewall,
        firewall + " -s 192.168.0.0/16" + from + Names.WEFT.external(port),
        firewall + " -s 192.0.2.80/32" + from + Names.WEFT.external(port));
    assertHas(
        rules(ruleset, TableName.FILTER),
        "WEFT-PROXY-FIREWALL -d 192.0.2.80/32 -p tcp -m comment --comment"
            + " \"shop/web:http traffic not accepted by "
            + firewall
            + "\" -m tcp --dport 80 -j DROP");
  }

  @Test
  void whoWasHereIsSentToTheSameEndpoint() {
    ServedPort port =
        Ports.clusterIp("web", 1).affinity(600).backends("10.0.0.5", "10.0.1.6").build();
    String endpoint = Names.WEFT.endpoint(port, port.backends().cluster().getFirst());
    assertHas(
        rules(compile(NODE, port), TableName.NAT),
        Names.WEFT.cluster(port)
            + " -m comment --comment \"shop/web:http -> 10.0.0.5:8080\""
            + " -m recent --rcheck --seconds 600 --reap --name "
            + endpoint
            + " --mask 255.255.255.255 --rsource -j "
            + endpoint,
        endpoint
            + " -p tcp -m comment --comment \"shop/web:http\" -m recent --set --name "
            + endpoint
            + " --mask 255.255.255.255 --rsource -m tcp -j DNAT --to-destination 10.0.0.5:8080");
  }

  @Test
  void loopbackIsGuardedWhereNodePortsAreServedThere() {
    String guard =
        "WEFT-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8"
            + " -m comment --comment \"block incoming localnet connections\""
            + " -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP";
    assertHas(rules(compile(NODE), TableName.FILTER), guard);
    NodeFacts elsewhere =
        new NodeFacts(
            NODE.addresses(),
            NODE.localPods(),
            new NodePortAddresses.All(false),
            false,
            List.of(),
            true);
    Ruleset ruleset = compile(elsewhere);
    assertNone(rules(ruleset, TableName.FILTER), "localnet");
    assertTrue(
        rules(ruleset, TableName.NAT).stream()
            .anyMatch(rule -> rule.startsWith("WEFT-SERVICES ! -d 127.0.0.0/8 ")));
  }

  @Test
  void nodePortsMayBeServedAtSomeAddressesOnly() {
    NodeFacts some =
        new NodeFacts(
            NODE.addresses(),
            NODE.localPods(),
            new NodePortAddresses.Only(
                List.of(IpAddress.of("192.168.0.2"), IpAddress.of("fd00::2"))),
            false,
            List.of(),
            true);
    List<String> services =
        rules(compile(some), TableName.NAT).stream()
            .filter(rule -> rule.endsWith("-j WEFT-NODEPORTS"))
            .toList();
    assertEquals(1, services.size());
    assertTrue(services.getFirst().startsWith("WEFT-SERVICES -d 192.168.0.2/32 "));
  }

  @Test
  void namesAreThoseOfKubeProxyUnderAPrefix() {
    ServedPort port =
        new ServedPort(
            new ObjectName("default", "kubernetes"),
            "https",
            Protocol.TCP,
            IpFamily.V4,
            IpAddress.of("10.96.0.1"),
            443,
            List.of(),
            List.of(),
            0,
            TrafficPolicy.CLUSTER,
            TrafficPolicy.CLUSTER,
            Optional.empty(),
            List.of(),
            0,
            new BackendSets(List.of(), List.of()));
    // Every cluster has this one.
    assertEquals("KUBE-SVC-NPX46M4PTMTKRN6Y", new Names("KUBE", 0x4000).cluster(port));
  }

  /** As upstream counts them: 5 + 2 + 3 for each endpoint of a cluster IP, 3 in filter. */
  @Property(tries = 50)
  void ruleCountsAreLinear(
      @ForAll @IntRange(max = 20) int services, @ForAll @IntRange(min = 1, max = 9) int endpoints) {
    List<ServedPort> ports = new ArrayList<>();
    for (int i = 0; i < services; i++) {
      ports.add(Ports.clusterIp("s" + i, i + 1).backends(endpoints).build());
    }
    NodeFacts quiet =
        new NodeFacts(
            NODE.addresses(),
            NODE.localPods(),
            new NodePortAddresses.All(false),
            false,
            List.of(),
            true);
    Ruleset ruleset = IptablesCompiler.compile(ports, quiet, Names.WEFT, IpFamily.V4);
    assertEquals(5 + services * (2 + 3 * endpoints), rules(ruleset, TableName.NAT).size());
    assertEquals(3, rules(ruleset, TableName.FILTER).size());
  }

  @Property(tries = 300)
  void theSamePortsMakeTheSameRulesAndEachSaysWhoseItIs(@ForAll Random random) {
    List<ServedPort> ports = Ports.random(random);
    Ruleset ruleset = IptablesCompiler.compile(ports, NODE, Names.WEFT, IpFamily.V4);
    List<ServedPort> shuffled = new ArrayList<>(ports);
    Collections.shuffle(shuffled, random);
    assertEquals(ruleset, IptablesCompiler.compile(shuffled, NODE, Names.WEFT, IpFamily.V4));
    Set<String> objects = ports.stream().map(ServedPort::toString).collect(Collectors.toSet());
    objects.add("weft");
    ruleset
        .tables()
        .values()
        .forEach(
            table ->
                table.chains().values().stream()
                    .flatMap(chain -> chain.rules().stream())
                    .forEach(
                        rule ->
                            assertTrue(
                                objects.contains(rule.origin().orElseThrow().object()),
                                rule::toString)));
    String text = RulesetText.print(ruleset);
    assertEquals(text, RulesetText.print(RulesetText.parse(IpFamily.V4, text)));
  }

  @Test
  void affinityOfASecondIsNoLess() {
    ServedPort port = Ports.clusterIp("web", 1).affinity(1).backends("10.0.0.5").build();
    assertEquals(Optional.of(Duration.ofSeconds(1)), port.affinity());
    List<Rule> chosen =
        compile(NODE, port)
            .table(TableName.NAT)
            .orElseThrow()
            .chain(Names.WEFT.cluster(port))
            .orElseThrow()
            .rules();
    assertEquals(3, chosen.size()); // masquerade, affinity, endpoint
  }
}

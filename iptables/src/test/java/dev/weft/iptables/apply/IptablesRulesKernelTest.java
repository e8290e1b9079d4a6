package dev.weft.iptables.apply;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.iptables.PacketLab;
import dev.weft.iptables.compile.IptablesCompiler;
import dev.weft.iptables.compile.Names;
import dev.weft.iptables.compile.NodeFacts;
import dev.weft.iptables.compile.Ports;
import dev.weft.iptables.ruleset.Chain;
import dev.weft.iptables.ruleset.Ruleset;
import dev.weft.iptables.ruleset.RulesetText;
import dev.weft.iptables.ruleset.Table;
import dev.weft.iptables.ruleset.TableName;
import dev.weft.kernel.IptablesPrograms;
import dev.weft.kernel.IptablesPrograms.Variant;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import dev.weft.services.LocalPods;
import dev.weft.services.Node;
import dev.weft.services.NodePortRanges;
import dev.weft.services.ObjectName;
import dev.weft.services.ServedPort;
import dev.weft.services.ServiceCatalog;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What stands in the kernel after each call is what is compiled, and others' rules stay. */
class IptablesRulesKernelTest {
  /** For the same Services in each build; other seeds find more. */
  private static final long SEED = 20261125;

  private static final int ROUNDS = 25;

  private static final Node NODE =
      new Node(
          "here",
          Optional.empty(),
          List.of(),
          new LocalPods.Cidrs(List.of(IpPrefix.of("10.88.0.0/24"))),
          new NodePortRanges.Unset(),
          true,
          false,
          List.of(),
          false);

  /** By the first the kubelet says which variant is the node's. */
  private static final String OTHERS =
      """
      *mangle
      :KUBE-IPTABLES-HINT - [0:0]
      COMMIT
      *nat
      :KUBE-SERVICES - [0:0]
      :KUBE-SVC-ABCDEFGHIJKLMNOP - [0:0]
      :WEFT-OTHERS - [0:0]
      -A PREROUTING -m comment --comment "leads to -j WEFT-SERVICES" -j KUBE-SERVICES
      -A KUBE-SERVICES -d 172.31.0.1/32 -p tcp -m tcp --dport 80 -j KUBE-SVC-ABCDEFGHIJKLMNOP
      -A KUBE-SVC-ABCDEFGHIJKLMNOP -p tcp -j DNAT --to-destination 10.9.9.9:80
      -A WEFT-OTHERS -s 10.1.1.1/32 -j MASQUERADE
      COMMIT
      *filter
      :KUBE-FORWARD - [0:0]
      -A INPUT -i other0 -j DROP
      -A FORWARD -j KUBE-FORWARD
      COMMIT
      """;

  private PacketLab lab;
  private String others = "";

  @BeforeEach
  void makeNamespaces() {
    lab = new PacketLab();
  }

  @AfterEach
  void removeNamespaces() {
    lab.close();
  }

  private IptablesPrograms programs(Variant variant) {
    return lab.node.iptablesPrograms(IpFamily.V4).stream()
        .filter(programs -> programs.variant() == variant)
        .findFirst()
        .orElseGet(
            () -> {
              Assumptions.abort("skipped: needs a kernel that serves iptables-" + variant);
              throw new AssertionError();
            });
  }

  private IptablesPrograms withOthers(Variant variant) {
    IptablesPrograms programs = programs(variant);
    assertEquals(Optional.empty(), programs.restore(OTHERS));
    others = foreign(programs);
    return programs;
  }

  private ServiceRules rules() {
    return new IptablesRules(
        lab.node, IpFamily.V4, NodeFacts.forIptables(NODE, IpFamily.V4), Names.WEFT);
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void eachChangeMakesWhatIsCompiled(Variant variant) {
    IptablesPrograms programs = withOthers(variant);
    ServiceRules rules = rules();
    Random random = new Random(SEED);
    List<ServedPort> before = List.of();
    for (int i = 0; i < ROUNDS; i++) {
      List<ServedPort> after = Ports.random(random);
      Written written =
          i % 10 == 0
              ? rules.replaceAll(after)
              : rules.apply(List.of(change(before, after), change(after, after)));
      assertEquals(i == 0, written.full());
      assertStands(programs, after);
      for (Written.TableCount count : written.tables()) {
        assertEquals(ruleCount(programs, count.table()), count.standing(), count.table());
      }
      before = after;
    }
    Written nothing = rules.audit();
    assertTrue(nothing.tables().stream().allMatch(count -> count.written() == 0));
    assertEquals(List.of(), nothing.findings());
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void aChangeOfOneEndpointWritesItsPortOnly(Variant variant) {
    withOthers(variant);
    ServiceRules rules = rules();
    ServedPort other = Ports.clusterIp("a", 1).backends(3).build();
    ServedPort before = Ports.clusterIp("b", 2).backends("10.0.2.1", "10.0.2.2").build();
    ServedPort after = Ports.clusterIp("b", 2).backends("10.0.2.1", "10.0.2.3").build();
    rules.replaceAll(List.of(other, before));
    Written written = rules.apply(List.of(change(List.of(before), List.of(after))));
    // The Service's chain with three rules, a new endpoint's with two, and one that goes.
    assertEquals(
        List.of(0, 9), written.tables().stream().map(Written.TableCount::written).toList());
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void hundredsOfServicesAreWrittenAtOnceAlsoWhereNothingStood(Variant variant) {
    IptablesPrograms programs = programs(variant);
    String hint = "*mangle\n:KUBE-IPTABLES-HINT - [0:0]\nCOMMIT\n";
    assertEquals(Optional.empty(), programs.restore(hint));
    List<ServedPort> ports = new ArrayList<>();
    for (int i = 1; i <= 200; i++) {
      ports.add(Ports.clusterIp("s" + i, i).backends(4).build());
    }
    ServiceRules rules = rules();
    rules.replaceAll(ports);
    others = foreign(programs);
    assertStands(programs, ports);
    rules.replaceAll(ports.subList(0, 90));
    assertStands(programs, ports.subList(0, 90));
    rules.remove();
    assertFalse(bare(programs).contains("WEFT-"));
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void whatAKilledProcessLeftIsMended(Variant variant) {
    IptablesPrograms programs = withOthers(variant);
    Random random = new Random(SEED);
    for (int i = 0; i < ROUNDS; i++) {
      List<ServedPort> before = Ports.random(random);
      List<ServedPort> after = Ports.random(random);
      rules().replaceAll(before);
      // Each table is changed as a whole: it was killed when one was done and the other was not.
      TableName done = random.nextBoolean() ? TableName.FILTER : TableName.NAT;
      Table target = compiled(after).table(done).orElseThrow();
      SavedTable saved = SavedTable.read(done, programs.save(done.text()), Names.WEFT);
      TableDifference half = TableDifference.of(IpFamily.V4, saved, target, Names.WEFT);
      assertEquals(Optional.empty(), RestoreRun.of(programs, List.of(half.input())).refusal());
      rules().replaceAll(after);
      assertStands(programs, after);
    }
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void whatAFirewallReloadWipedIsPutBack(Variant variant) {
    IptablesPrograms programs = programs(variant);
    assertEquals(Optional.empty(), programs.restore(OTHERS));
    List<ServedPort> ports = Ports.random(new Random(SEED));
    ServiceRules rules = rules();
    rules.replaceAll(ports);
    for (TableName table : List.of(TableName.FILTER, TableName.NAT)) {
      PacketLab.run(
          lab.node,
          name(programs) + " -t " + table.text() + " -F",
          name(programs) + " -t " + table.text() + " -X");
    }
    Written written = rules.audit();
    others = foreign(programs);
    assertStands(programs, ports);
    assertTrue(
        written.findings().stream().anyMatch(f -> f.contains("nothing led from PREROUTING")),
        () -> written.findings().toString());
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void singleRulesThatOthersChangedAreMended(Variant variant) {
    IptablesPrograms programs = withOthers(variant);
    List<ServedPort> ports = List.of(Ports.clusterIp("a", 1).backends(3).nodePort(30001).build());
    ServiceRules rules = rules();
    rules.replaceAll(ports);
    String iptables = name(programs);
    PacketLab.run(
        lab.node,
        iptables + " -t nat -D WEFT-SERVICES 1",
        iptables + " -t nat -A WEFT-NODEPORTS -s 10.7.7.7 -j RETURN",
        iptables + " -t nat -N WEFT-SVC-AAAAAAAAAAAAAAAA",
        iptables + " -t nat -D OUTPUT 1",
        iptables + " -D FORWARD 1");
    Written written = rules.audit();
    assertStands(programs, ports);
    assertEquals(5, written.findings().size(), () -> written.findings().toString());
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void aChangeThatFailsNamesWhatWasRefusedAndTheNextAuditMendsIt(Variant variant) {
    IptablesPrograms programs = withOthers(variant);
    ServedPort before = Ports.clusterIp("web", 1).backends(2).build();
    ServedPort after = Ports.clusterIp("web", 1).backends(3).nodePort(30001).build();
    ServiceRules rules = rules();
    rules.replaceAll(List.of(before));
    PacketLab.run(lab.node, name(programs) + " -t nat -F WEFT-SERVICES");
    ServedPort gone = Ports.clusterIp("web", 1).build();
    List<ServiceCatalog.Change> change = List.of(change(List.of(before), List.of(gone)));
    RulesException refusal = assertThrows(RulesException.class, () -> rules.apply(change));
    assertTrue(refusal.getMessage().contains("-restore refused"), refusal::getMessage);
    assertTrue(rules.apply(List.of(change(List.of(gone), List.of(after)))).full());
    assertStands(programs, List.of(after));
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void aServiceThatIptablesRefusesDoesNotKeepOthersFromBeingServed(Variant variant) {
    IptablesPrograms programs = withOthers(variant);
    ServedPort good = Ports.clusterIp("good", 1).backends(2).build();
    ServedPort bad = Ports.clusterIp("bad", 2).backends("fd00::1", "fd00::2").build();
    ServedPort mended = Ports.clusterIp("bad", 2).backends("10.0.2.1").build();
    ServiceRules rules = rules();
    Written written = rules.replaceAll(List.of(good, bad));
    assertStands(programs, List.of(good));
    assertEquals(1, written.findings().size(), () -> written.findings().toString());
    assertTrue(written.findings().getFirst().contains("of Service shop/bad:http"));
    assertTrue(rules.apply(List.of(change(List.of(bad), List.of(mended)))).full());
    assertStands(programs, List.of(good, mended));
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void removalLeavesWhatIsOfOthersAndNothingElse(Variant variant) {
    IptablesPrograms programs = withOthers(variant);
    String before = bare(programs);
    rules().replaceAll(Ports.random(new Random(SEED)));
    rules().remove();
    assertEquals(before, bare(programs));
    rules().remove();
    assertEquals(before, bare(programs));
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void loopbackAddressesCanBeReachedOnlyWhileTheyAreGuarded(Variant variant) {
    IptablesPrograms programs = withOthers(variant);
    rules().replaceAll(List.of());
    assertEquals("1", routeLocalnet());
    rules().remove();
    assertEquals("0", routeLocalnet());
    rules().replaceAll(List.of());
    NodeFacts closed =
        NodeFacts.forIptables(
            new Node(
                "here",
                Optional.empty(),
                List.of(),
                NODE.localPods(),
                NODE.nodePortRanges(),
                false,
                false,
                List.of(),
                false),
            IpFamily.V4);
    new IptablesRules(lab.node, IpFamily.V4, closed, Names.WEFT).replaceAll(List.of());
    assertEquals("0", routeLocalnet());
    rules().replaceAll(List.of());
    PacketLab.run(lab.node, name(programs) + " -N KUBE-FIREWALL");
    rules().remove();
    assertEquals("1", routeLocalnet(), "kube-proxy needs it");
  }

  private String routeLocalnet() {
    return lab.node.sysctl().get("net", "ipv4", "conf", "all", "route_localnet");
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void rulesOfTheOtherVariantAreTakenOverAndThoseOfOthersTold(Variant variant) {
    IptablesPrograms now = programs(variant);
    IptablesPrograms former = programs(variant == Variant.NFT ? Variant.LEGACY : Variant.NFT);
    String hint = "*mangle\n:KUBE-KUBELET-CANARY - [0:0]\nCOMMIT\n";
    assertEquals(Optional.empty(), former.restore(hint));
    List<ServedPort> ports = Ports.random(new Random(SEED));
    ServiceRules rules = rules();
    rules.replaceAll(ports);
    PacketLab.run(lab.node, name(former) + " -t mangle -X KUBE-KUBELET-CANARY");
    assertEquals(Optional.empty(), now.restore(OTHERS));
    others = foreign(now);
    PacketLab.run(lab.node, name(former) + " -A INPUT -i other1 -j DROP");
    Written written = rules.audit();
    assertStands(now, ports);
    assertFalse(bare(former).contains("WEFT-SERVICES"));
    assertEquals(2, written.findings().size(), () -> written.findings().toString());
    assertTrue(written.findings().getLast().contains(" 1 rules of others"));
    assertEquals(List.of(), rules.audit().findings());
  }

  private static ServiceCatalog.Change change(List<ServedPort> before, List<ServedPort> after) {
    return new ServiceCatalog.Change(new ObjectName("shop", "all"), before, after);
  }

  private static Ruleset compiled(Collection<ServedPort> ports) {
    NodeFacts facts = NodeFacts.forIptables(NODE, IpFamily.V4);
    return IptablesCompiler.compile(ports, facts, Names.WEFT, IpFamily.V4);
  }

  private void assertStands(IptablesPrograms programs, Collection<ServedPort> ports) {
    for (Table table : compiled(ports).tables().values()) {
      String saved = programs.save(table.name().text());
      Table there = RulesetText.parse(IpFamily.V4, saved).table(table.name()).orElseThrow();
      for (Chain chain : table.chains().values()) {
        List<String> rules = texts(there.chain(chain.name()).orElseThrow());
        if (chain.policy().isPresent()) {
          rules.removeIf(rule -> !rule.contains("-j WEFT-") || rule.contains("leads to"));
        }
        assertEquals(texts(chain), rules, chain.name());
      }
      var names = new TreeSet<>(there.chains().keySet());
      names.removeIf(name -> !Names.WEFT.isChain(name));
      var wanted = new TreeSet<>(table.chains().keySet());
      wanted.removeIf(name -> !Names.WEFT.isChain(name));
      assertEquals(wanted, names);
    }
    assertEquals(others, foreign(programs));
  }

  private static List<String> texts(Chain chain) {
    List<String> texts = new ArrayList<>();
    chain.rules().forEach(rule -> texts.add(rule.toString()));
    return texts;
  }

  /** What is not ours. */
  private static String foreign(IptablesPrograms programs) {
    List<String> lines = new ArrayList<>();
    for (String line : bare(programs).split("\n", -1)) {
      boolean ours = line.contains("WEFT-") && !line.contains("WEFT-OTHERS");
      if (!ours || line.contains("leads to")) {
        lines.add(line);
      }
    }
    return String.join("\n", lines);
  }

  /** All that stands, without counters and times. */
  private static String bare(IptablesPrograms programs) {
    StringBuilder all = new StringBuilder();
    for (String table : List.of("filter", "nat", "mangle")) {
      programs
          .save(table)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.replaceAll(" \\[\\d+:\\d+\\]$", ""))
          .forEach(line -> all.append(line).append('\n'));
    }
    return all.toString();
  }

  private static int ruleCount(IptablesPrograms programs, String table) {
    return (int)
        programs
            .save(table)
            .lines()
            .filter(line -> line.startsWith("-A "))
            .filter(line -> line.contains("WEFT-") && !line.contains("WEFT-OTHERS"))
            .filter(line -> !line.contains("leads to"))
            .count();
  }

  private static String name(IptablesPrograms programs) {
    return programs.variant() == Variant.NFT ? "iptables-nft" : "iptables-legacy";
  }
}

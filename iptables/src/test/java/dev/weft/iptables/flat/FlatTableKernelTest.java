package dev.weft.iptables.flat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.iptables.PacketLab;
import dev.weft.iptables.apply.RulesMode;
import dev.weft.iptables.apply.RulesModes;
import dev.weft.iptables.apply.ServiceRules;
import dev.weft.iptables.apply.Written;
import dev.weft.iptables.compile.Names;
import dev.weft.iptables.compile.NodeFacts;
import dev.weft.iptables.compile.Ports;
import dev.weft.kernel.NftElement;
import dev.weft.kernel.NftTable;
import dev.weft.kernel.NftValue;
import dev.weft.kernel.Nftables;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.services.Backend;
import dev.weft.services.BackendSets;
import dev.weft.services.Node;
import dev.weft.services.ServedPort;
import dev.weft.services.ServiceCatalog;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the kernel has after any changes is what the Services that are left compile to. */
class FlatTableKernelTest {
  private static final int ROUNDS = 30;

  /** For the same Services in each build; other seeds find more. */
  private static final long SEED = 20261125;

  private static final Node NODE =
      Node.parse(
          """
          name: here
          addresses: [{address: 192.168.0.2, primary: true}]
          detectLocal: {mode: ClusterCIDR, cidrs: [10.0.0.0/24, "fd00:10::/64"]}
          serviceCIDRs: [172.30.0.0/16]
          """
              .getBytes(StandardCharsets.UTF_8),
          "node",
          warning -> {
            throw new AssertionError(warning);
          });

  private PacketLab lab;
  private Nftables nftables;

  @BeforeEach
  void build() {
    lab = new PacketLab();
    nftables = lab.node.nftables();
  }

  @AfterEach
  void end() {
    if (lab != null) {
      lab.close();
    }
  }

  private ServiceRules rules() {
    return RulesModes.rules(RulesMode.NFTABLES, lab.node, IpFamily.V4, NODE);
  }

  @Test
  void afterAnyChangesTheKernelHasWhatIsLeft() {
    Random random = new Random(SEED);
    ServiceRules rules = rules();
    List<ServedPort> ports = Ports.random(random);
    rules.replaceAll(ports);
    assertEquals(compiled(ports), standing());
    for (int i = 0; i < ROUNDS; i++) {
      List<ServedPort> next = Ports.random(random);
      if (random.nextInt(5) == 0) {
        rules = rules(); // another process
        rules.replaceAll(next);
      } else {
        rules.apply(changes(ports, next));
      }
      ports = next;
      assertEquals(compiled(ports), standing());
      Written audit = rules.audit();
      assertEquals(List.of(), audit.findings());
      assertEquals(0, audit.tables().getFirst().written());
    }
  }

  private static List<ServiceCatalog.Change> changes(
      List<ServedPort> before, List<ServedPort> after) {
    Map<String, List<ServedPort>> old = byService(before);
    Map<String, List<ServedPort>> now = byService(after);
    TreeSet<String> names = new TreeSet<>(old.keySet());
    names.addAll(now.keySet());
    List<ServiceCatalog.Change> changes = new ArrayList<>();
    for (String name : names) {
      List<ServedPort> gone = old.getOrDefault(name, List.of());
      List<ServedPort> come = now.getOrDefault(name, List.of());
      if (!gone.equals(come)) {
        ServedPort any = gone.isEmpty() ? come.getFirst() : gone.getFirst();
        changes.add(new ServiceCatalog.Change(any.service(), gone, come));
      }
    }
    return changes;
  }

  private static Map<String, List<ServedPort>> byService(List<ServedPort> ports) {
    return ports.stream().collect(Collectors.groupingBy(port -> port.service().name()));
  }

  /** Where each frontend leads, whatever numbers ports and endpoints have. */
  private static Map<String, String> compiled(List<ServedPort> ports) {
    FlatRuleset ruleset =
        FlatRuleset.compile(
            ports, NodeFacts.forNftables(NODE, IpFamily.V4), Names.WEFT, IpFamily.V4);
    Map<String, List<NftElement>> bySet =
        ruleset.elements().stream()
            .collect(
                Collectors.groupingBy(
                    FlatElement::set,
                    Collectors.mapping(FlatElement::element, Collectors.toList())));
    return meaning(bySet);
  }

  private Map<String, String> standing() {
    Map<String, List<NftElement>> bySet = new TreeMap<>();
    for (var set : FlatSets.of(IpFamily.V4).all()) {
      if (set.size().isPresent()) {
        continue; // packets fill it
      }
      bySet.put(set.name(), nftables.elements(NftTable.Family.IP, "weft_services", set.name()));
    }
    return meaning(bySet);
  }

  private static Map<String, String> meaning(Map<String, List<NftElement>> sets) {
    Map<Integer, String> picks = new TreeMap<>();
    for (NftElement element : sets.getOrDefault("picks", List.of())) {
      picks.put(mark(element.key().getFirst()), value(element).toString());
    }
    Map<Integer, TreeSet<String>> endpoints = new TreeMap<>();
    for (NftElement element : sets.getOrDefault("endpoints", List.of())) {
      endpoints
          .computeIfAbsent(mark(element.key().getFirst()), _ -> new TreeSet<>())
          .add(element.value().orElseThrow().toString());
    }
    for (NftElement element : sets.getOrDefault("endpoint_numbers", List.of())) {
      int number = mark(value(element));
      TreeSet<String> known =
          endpoints.computeIfAbsent(mark(element.key().getFirst()), _ -> new TreeSet<>());
      for (String map : List.of("all", "local")) {
        for (NftElement endpoint : sets.getOrDefault(map + "_endpoints", List.of())) {
          if (mark(endpoint.key().getFirst()) == number) {
            known.add(map + endpoint.value().orElseThrow());
          }
        }
      }
    }
    Map<String, String> meaning = new TreeMap<>();
    for (String map :
        List.of(
            "frontends",
            "node_ports",
            "near_frontends",
            "near_node_ports",
            "restricted_frontends")) {
      for (NftElement element : sets.getOrDefault(map, List.of())) {
        int word = mark(value(element));
        int pick = word & Word.PICK;
        meaning.put(
            map + element.key(),
            (word & Word.WAY)
                + " by "
                + picks.getOrDefault(pick, Integer.toString(pick)).replaceAll("_below_[0-9]+", "")
                + endpoints.get(word & Word.SET));
      }
    }
    for (String set :
        List.of("source_ranges", "present", "present_local", "all_endpoints", "local_endpoints")) {
      meaning.put(set, Integer.toString(sets.getOrDefault(set, List.of()).size()));
    }
    for (String set : List.of("cluster_ips", "hairpins", "node_port_addresses")) {
      meaning.put(
          set,
          sets.getOrDefault(set, List.of()).stream()
              .map(element -> element.key().toString())
              .sorted()
              .toList()
              .toString());
    }
    return meaning;
  }

  private static NftValue value(NftElement element) {
    return element.value().orElseThrow().getFirst();
  }

  private static int mark(NftValue value) {
    return ((NftValue.Mark) value).bits();
  }

  /** Some rules that kernels take make nft end with a failed assertion. */
  @Test
  void nftCanListThem() {
    rules().replaceAll(Ports.random(new Random(SEED)));
    ServedPort sticky = Ports.clusterIp("s", 1).affinity(30).backends(3).build();
    rules().replaceAll(List.of(sticky));
    String list = PacketLab.run(lab.node, "nft list ruleset");
    assertTrue(list.contains("update @affinity"), list);
    assertTrue(list.contains("172.30.0.1 . tcp . 80 comment \"shop/s:http cluster IP\""), list);
    ServiceRules v6 = RulesModes.rules(RulesMode.NFTABLES, lab.node, IpFamily.V6, NODE);
    v6.replaceAll(List.of(v6(sticky)));
    list = PacketLab.run(lab.node, "nft list table ip6 weft_services");
    assertTrue(list.contains("update @affinity"), list);
    assertTrue(list.contains("fd00:30::1 . tcp . 80"), list);
  }

  private static ServedPort v6(ServedPort port) {
    List<Backend> backends =
        port.backends().cluster().stream()
            .map(each -> new Backend(IpAddress.of("fd00:10::1"), each.port(), false))
            .distinct()
            .toList();
    return new ServedPort(
        port.service(),
        port.portName(),
        port.protocol(),
        IpFamily.V6,
        IpAddress.of("fd00:30::1"),
        port.port(),
        List.of(),
        List.of(),
        0,
        port.internalPolicy(),
        port.externalPolicy(),
        port.affinity(),
        List.of(),
        0,
        new BackendSets(backends, List.of()));
  }

  @Test
  void theNextProcessKeepsWhoIsRemembered() {
    List<ServedPort> ports =
        List.of(
            Ports.clusterIp("first", 1).backends(2).build(),
            Ports.clusterIp("sticky", 2).affinity(30).backends(3).build());
    rules().replaceAll(ports);
    NftElement endpoint =
        nftables.elements(NftTable.Family.IP, "weft_services", "present").getFirst();
    String client = "%d . 10.0.0.9".formatted(mark(endpoint.key().getFirst()));
    String add = "nft add element ip weft_services affinity { " + client + " timeout 1h }";
    PacketLab.run(lab.node, add);
    Written written = rules().replaceAll(ports.subList(1, 2));
    assertTrue(written.tables().getFirst().written() > 0, written::toString);
    assertEquals(compiled(ports.subList(1, 2)), standing());
    String set = PacketLab.run(lab.node, "nft list set ip weft_services affinity");
    assertTrue(set.contains("10.0.0.9"), set);
  }

  /** The kernel takes no ranges that overlap. */
  @Test
  void sourceRangesWithinOthersAreNotTold() {
    ServedPort port =
        Ports.clusterIp("web", 1)
            .balancer("10.2.0.1")
            .ranges("10.1.2.0/24", "203.0.113.0/24", "10.0.0.0/8", "192.168.0.0/16", "10.1.0.0/16")
            .backends(1)
            .build();
    rules().replaceAll(List.of(port));
    assertEquals(3, nftables.elements(NftTable.Family.IP, "weft_services", "source_ranges").size());
  }

  @Test
  void whatAFirewallReloadWipedIsPutBack() {
    ServiceRules rules = rules();
    List<ServedPort> ports = Ports.random(new Random(SEED + 1));
    rules.replaceAll(ports);
    PacketLab.run(lab.node, "nft add table ip somebody", "nft flush ruleset");
    Written mended = rules.audit();
    assertTrue(mended.findings().getFirst().contains("weft_services"), mended.findings()::toString);
    assertEquals(compiled(ports), standing());
    assertEquals(List.of(), rules.audit().findings());
  }

  @Test
  void ruleAndElementThatSomebodyChangedAreMended() {
    ServiceRules rules = rules();
    List<ServedPort> ports = Ports.random(new Random(SEED + 2));
    rules.replaceAll(ports);
    PacketLab.run(lab.node, "nft flush chain ip weft_services services");
    assertFalse(rules.audit().findings().isEmpty());
    PacketLab.run(lab.node, "nft flush set ip weft_services cluster_ips");
    assertFalse(rules.audit().findings().isEmpty());
    assertEquals(compiled(ports), standing());
    assertTrue(
        PacketLab.run(lab.node, "nft list chain ip weft_services services").contains("@frontends"));
  }

  @Test
  void rulesOfOthersStayAndOursGo() {
    PacketLab.run(lab.node, "nft add table ip somebody", "nft add chain ip somebody c");
    ServiceRules rules = rules();
    rules.replaceAll(Ports.random(new Random(SEED)));
    rules.remove();
    assertEquals(
        "table ip somebody {\n\tchain c {\n\t}\n}\n", PacketLab.run(lab.node, "nft list ruleset"));
  }
}

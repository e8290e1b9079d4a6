package dev.weft.iptables;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.kernel.NftTable;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rules as the reference plugins 1.9.1 write them count, and go with the pod, and only its own. */
class ReferenceMasqueradeTest {
  private static final String IPTABLES =
      """
      *nat
      :CNI-850450c5d12325d61a7d4b0a - [0:0]
      :CNI-87eb3024e95e2851d9dfa1a7 - [0:0]
      -A POSTROUTING -s 10.88.0.2/32 -m comment --comment "name: \\"podnet-iptables\\" id: \\"pod1\\"" -j CNI-87eb3024e95e2851d9dfa1a7
      -A POSTROUTING -s 10.88.0.3/32 -m comment --comment "name: \\"podnet-iptables\\" id: \\"pod2\\"" -j CNI-850450c5d12325d61a7d4b0a
      -A CNI-850450c5d12325d61a7d4b0a -d 10.88.0.0/24 -m comment --comment "name: \\"podnet-iptables\\" id: \\"pod2\\"" -j ACCEPT
      -A CNI-850450c5d12325d61a7d4b0a ! -d 224.0.0.0/4 -m comment --comment "name: \\"podnet-iptables\\" id: \\"pod2\\"" -j MASQUERADE
      -A CNI-87eb3024e95e2851d9dfa1a7 -d 10.88.0.0/24 -m comment --comment "name: \\"podnet-iptables\\" id: \\"pod1\\"" -j ACCEPT
      -A CNI-87eb3024e95e2851d9dfa1a7 ! -d 224.0.0.0/4 -m comment --comment "name: \\"podnet-iptables\\" id: \\"pod1\\"" -j MASQUERADE
      COMMIT
      """;

  private static final String NFTABLES =
      """
      table inet cni_plugins_masquerade {
        chain masq_checks {
          ip saddr 10.88.1.2 ip daddr != 10.88.1.0/24 masquerade comment "5aff184a8efa5402-6355d90ba0c2d0cc, net: podnet-nftables, if: eth0, id: pod1"
          ip6 saddr fd00:88:1::2 ip6 daddr != fd00:88:1::/64 masquerade comment "5aff184a8efa5402-6355d90ba0c2d0cc, net: podnet-nftables, if: eth0, id: pod1"
          ip saddr 10.88.1.3 ip daddr != 10.88.1.0/24 masquerade comment "5aff184a8efa5402-a0d92b0b75fb3c72, net: podnet-nftables, if: eth0, id: pod2"
        }
        chain postrouting {
          type nat hook postrouting priority srcnat; policy accept;
          ip daddr 224.0.0.0/4 return
          goto masq_checks
        }
      }
      """;

  private PacketLab lab;
  private Masquerade masquerade;

  @BeforeEach
  void build() {
    lab = new PacketLab();
    Assumptions.assumeTrue(
        lab.node.iptables().isAvailable(IpFamily.V4)
            && lab.node.nftables().hasProgram()
            && lab.node.nftables().isAvailable(NftTable.Family.INET),
        "needs iptables and nftables");
    masquerade = Masquerade.on(lab.node, Optional.empty());
  }

  @AfterEach
  void end() {
    if (lab != null) {
      lab.close();
    }
  }

  private static RuleOwner owner(String network, String container) {
    return new RuleOwner(network, container, "eth0");
  }

  private void writeIptablesRules() {
    String rules6 =
        IPTABLES
            .replace("10.88.0.0/24", "fd00:88::/64")
            .replace("10.88.0.2/32", "fd00:88::2/128")
            .replace("10.88.0.3/32", "fd00:88::3/128")
            .replace("224.0.0.0/4", "ff00::/8");
    PacketLab.feed(lab.node, IPTABLES, "iptables-restore --noflush");
    PacketLab.feed(lab.node, rules6, "ip6tables-restore --noflush");
  }

  private static List<IpPrefix> prefixes(String... texts) {
    return Stream.of(texts).map(IpPrefix::of).toList();
  }

  @Test
  void iptablesRulesOfAPodCount() {
    writeIptablesRules();
    RuleOwner pod1 = owner("podnet-iptables", "pod1");
    List<IpPrefix> addresses = prefixes("10.88.0.2/24", "fd00:88::2/64");
    assertEquals(List.of(), masquerade.missing(pod1, addresses));
    List<IpPrefix> others = prefixes("10.88.0.3/24", "10.88.0.2/16");
    assertEquals(others, masquerade.missing(pod1, others));
    assertEquals(addresses, masquerade.missing(owner("podnet-iptables", "pod2"), addresses));
    PacketLab.feed(lab.node, "", "iptables -t nat -F CNI-87eb3024e95e2851d9dfa1a7");
    assertEquals(prefixes("10.88.0.2/24"), masquerade.missing(pod1, addresses));
  }

  @Test
  void nftablesRulesOfAPodCount() {
    PacketLab.feed(lab.node, NFTABLES, "nft -f -");
    List<IpPrefix> addresses = prefixes("10.88.1.2/24", "fd00:88:1::2/64");
    assertEquals(List.of(), masquerade.missing(owner("podnet-nftables", "pod1"), addresses));
    assertEquals(addresses, masquerade.missing(owner("podnet-nftables", "pod2"), addresses));
    assertEquals(addresses, masquerade.missing(owner("podnet", "pod1"), addresses));
  }

  @Test
  void iptablesRulesOfAPodGoWithIt() {
    writeIptablesRules();
    masquerade.remove(owner("podnet-iptables", "pod3"));
    assertTrue(lab.rules().contains("pod1"), lab.rules());
    masquerade.remove(owner("podnet-iptables", "pod1"));
    assertFalse(lab.rules().contains("pod1"), lab.rules());
    assertFalse(lab.rules().contains("CNI-87eb3024"), lab.rules());
    assertTrue(lab.rules().contains("pod2"), lab.rules());
    masquerade.remove(owner("podnet-iptables", "pod2"));
    assertFalse(lab.rules().contains("CNI-"), lab.rules());
  }

  @Test
  void nftablesRulesOfAPodGoWithIt() {
    PacketLab.feed(lab.node, NFTABLES, "nft -f -");
    masquerade.remove(owner("podnet-nftables", "pod1"));
    assertFalse(lab.rules().contains("id: pod1"), lab.rules());
    assertTrue(lab.rules().contains("id: pod2"), lab.rules());
  }

  @Test
  void whatTheReferenceLeftBehindInANetworkIsCollected() {
    PacketLab.feed(lab.node, IPTABLES, "iptables-restore --noflush");
    PacketLab.feed(lab.node, NFTABLES, "nft -f -");
    String before = lab.rules();
    masquerade.retain("podnet", Set.of());
    assertEquals(ruleLines(before), ruleLines(lab.rules()));
    masquerade.retain("podnet-iptables", Set.of(owner("podnet-iptables", "pod2")));
    masquerade.retain("podnet-nftables", Set.of(owner("podnet-nftables", "pod2")));
    assertFalse(lab.rules().contains("pod1"), lab.rules());
    assertTrue(lab.rules().contains("-j CNI-850450c5d12325d61a7d4b0a"), lab.rules());
    assertTrue(lab.rules().contains("id: pod2"), lab.rules());
  }

  private static long ruleLines(String rules) {
    return rules.lines().filter(line -> line.contains("pod1") || line.contains("pod2")).count();
  }
}

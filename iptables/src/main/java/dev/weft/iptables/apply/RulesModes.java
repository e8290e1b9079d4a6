package dev.weft.iptables.apply;

import dev.weft.iptables.compile.Names;
import dev.weft.iptables.compile.NodeFacts;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.net.IpFamily;
import dev.weft.services.Node;
import dev.weft.services.ServedPort;
import java.util.Collection;

/** From a mode to what writes its rules. */
public final class RulesModes {
  private RulesModes() {}

  /** Speaks for a namespace, in which nothing is read or written yet. */
  public static ServiceRules rules(
      RulesMode mode, NetworkNamespace namespace, IpFamily family, Node node) {
    NodeFacts facts = facts(mode, node, family);
    return switch (mode) {
      case IPTABLES -> new IptablesRules(namespace, family, facts, Names.WEFT);
      case NFTABLES -> new NftablesRules(namespace.nftables(), facts, Names.WEFT, family);
    };
  }

  /** What the rules of a mode depend on besides the Services. */
  public static NodeFacts facts(RulesMode mode, Node node, IpFamily family) {
    return switch (mode) {
      case IPTABLES -> NodeFacts.forIptables(node, family);
      case NFTABLES -> NodeFacts.forNftables(node, family);
    };
  }

  /**
   * What stands in a namespace that had nothing of ours, in the language of the mode's program:
   * {@code iptables-restore --noflush}, or what {@code nft list} prints.
   */
  public static String text(
      RulesMode mode, Collection<ServedPort> ports, IpFamily family, Node node) {
    NodeFacts facts = facts(mode, node, family);
    return switch (mode) {
      case IPTABLES -> IptablesRules.text(ports, family, facts, Names.WEFT);
      case NFTABLES -> NftablesRules.text(ports, facts, Names.WEFT, family);
    };
  }
}

package dev.weft.iptables;

import dev.weft.kernel.Iptables;
import dev.weft.kernel.IptablesChange;
import dev.weft.kernel.IptablesTable;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.kernel.NftTable;
import dev.weft.kernel.Nftables;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What the reference plugins (containernetworking/plugins, up to 1.9.1) wrote to masquerade a pod:
 * found and removed, never written, so that a pod that they attached can be checked and detached by
 * us.
 *
 * <p>iptables: a chain {@code CNI-} and 24 hex digits of SHA-512(network + container), with the
 * comment {@code name: "NET" id: "ID"} on each rule; it knows nothing of interfaces. nftables: a
 * rule whose comment starts with 16 hex digits of SHA-512(network), a hyphen, and 16 of
 * SHA-512(interface:container), one for each address.
 */
final class ReferenceMasquerade {
  private static final String NAT = "nat";
  private static final String HOOK = "POSTROUTING";
  private static final String CHAIN_PREFIX = "CNI-";
  private static final int CHAIN_DIGITS = 24;

  private static final String NFT_TABLE = "cni_plugins_masquerade";
  private static final String NFT_CHAIN = "masq_checks";
  private static final int COMMENT_DIGITS = 16;

  private final Nftables nftables;
  private final Iptables iptables;

  ReferenceMasquerade(NetworkNamespace namespace) {
    nftables = namespace.nftables();
    iptables = namespace.iptables();
  }

  /** Which of these addresses are not masqueraded as the reference plugins do it. */
  List<IpPrefix> missing(RuleOwner owner, List<IpPrefix> addresses) {
    if (countNftRules(nftPrefix(owner)) >= addresses.size()) {
      return List.of();
    }
    List<IpPrefix> missing = new ArrayList<>(addresses);
    for (IpFamily family : IpFamily.values()) {
      if (iptables.hasChain(family, NAT, chain(owner))) {
        IptablesTable nat = iptables.read(family, NAT);
        missing.removeIf(
            address -> address.family() == family && isMasqueraded(nat, owner, address));
      }
    }
    return missing;
  }

  private static boolean isMasqueraded(IptablesTable nat, RuleOwner owner, IpPrefix address) {
    String chain = chain(owner);
    String pod = IpPrefix.host(address.address()).toString();
    String subnet = address.network().toString();
    String multicast = IptablesMasquerade.multicast(address.family());
    return contains(nat, HOOK, owner, List.of("-s", pod), chain)
        && contains(nat, chain, owner, List.of("-d", subnet), "ACCEPT")
        && contains(nat, chain, owner, List.of("!", "-d", multicast), "MASQUERADE");
  }

  private static boolean contains(
      IptablesTable nat, String chain, RuleOwner owner, List<String> match, String target) {
    List<String> rule = new ArrayList<>(match);
    String comment = comment(owner.network()) + owner.containerId() + '"';
    rule.addAll(List.of("-m", "comment", "--comment", comment, "-j", target));
    return nat.rules(chain).orElse(List.of()).contains(rule);
  }

  void remove(RuleOwner owner) {
    removeNftRules(comment -> comment.startsWith(nftPrefix(owner)));
    String chain = chain(owner);
    for (IpFamily family : IpFamily.values()) {
      if (iptables.hasChain(family, NAT, chain)) {
        IptablesTransaction.run(iptables, family, NAT, nat -> removals(nat, Set.of(chain)));
      }
    }
  }

  /** Removes what a network has beyond these owners. */
  void retain(String network, Set<RuleOwner> owners) {
    Set<String> keptPrefixes = new HashSet<>();
    Set<String> keptChains = new HashSet<>();
    for (RuleOwner owner : owners) {
      keptPrefixes.add(nftPrefix(owner));
      keptChains.add(chain(owner));
    }
    String ofNetwork = digits(network, COMMENT_DIGITS) + '-';
    removeNftRules(
        comment ->
            comment.startsWith(ofNetwork)
                && !keptPrefixes.contains(
                    comment.substring(0, Math.min(comment.length(), 2 * COMMENT_DIGITS + 1))));
    for (IpFamily family : IpFamily.values()) {
      if (iptables.hasChain(family, NAT, HOOK)) {
        IptablesTransaction.run(
            iptables, family, NAT, nat -> removals(nat, chainsBeyond(nat, network, keptChains)));
      }
    }
  }

  /** The chains of a network that POSTROUTING jumps to, without those to be kept. */
  private static Set<String> chainsBeyond(
      IptablesTable nat, String network, Set<String> keptChains) {
    Set<String> beyond = new HashSet<>();
    for (List<String> rule : nat.rules(HOOK).orElse(List.of())) {
      String target = IptablesRule.target(rule);
      if (target.startsWith(CHAIN_PREFIX)
          && target.length() == CHAIN_PREFIX.length() + CHAIN_DIGITS
          && !keptChains.contains(target)
          && IptablesRule.comment(rule).startsWith(comment(network))) {
        beyond.add(target);
      }
    }
    return beyond;
  }

  private static List<IptablesChange> removals(IptablesTable nat, Set<String> chains) {
    List<IptablesChange> changes = new ArrayList<>();
    for (List<String> rule : nat.rules(HOOK).orElse(List.of())) {
      if (chains.contains(IptablesRule.target(rule))) {
        changes.add(new IptablesChange.Delete(HOOK, rule));
      }
    }
    for (String chain : chains) {
      if (nat.rules(chain).isPresent()) {
        changes.add(new IptablesChange.Flush(chain));
        changes.add(new IptablesChange.DeleteChain(chain));
      }
    }
    return changes;
  }

  private int countNftRules(String prefix) {
    return nftables.exists(NftTable.Family.INET, NFT_TABLE)
        ? CommentedRules.find(
                nftables,
                NftTable.Family.INET,
                NFT_TABLE,
                NFT_CHAIN,
                comment -> comment.startsWith(prefix))
            .size()
        : 0;
  }

  private void removeNftRules(Predicate<String> isSuch) {
    if (nftables.exists(NftTable.Family.INET, NFT_TABLE)) {
      CommentedRules.remove(nftables, NftTable.Family.INET, NFT_TABLE, NFT_CHAIN, isSuch);
    }
  }

  private static String chain(RuleOwner owner) {
    return CHAIN_PREFIX + digits(owner.network() + owner.containerId(), CHAIN_DIGITS);
  }

  /** What every comment of a network starts with; the container and a quotation mark follow. */
  private static String comment(String network) {
    return "name: \"" + network + "\" id: \"";
  }

  private static String nftPrefix(RuleOwner owner) {
    return digits(owner.network(), COMMENT_DIGITS)
        + '-'
        + digits(owner.ifName() + ':' + owner.containerId(), COMMENT_DIGITS);
  }

  private static String digits(String text, int count) {
    return HexFormat.of().formatHex(OwnerMark.sha512(text), 0, count / 2);
  }
}

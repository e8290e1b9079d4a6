package dev.weft.iptables;

import dev.weft.kernel.NftTable;
import dev.weft.kernel.NftValue;
import dev.weft.kernel.Nftables;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What Weft itself wrote before there was {@link NftMasquerade}: found and removed, never written,
 * so that a node may be upgraded under pods that run. An owner is found by a search of all
 * elements.
 */
final class FormerNftMasquerade {
  static final NftTable TABLE =
      new NftTable(
          NftTable.Family.INET,
          "weft_masquerade",
          "Weft: source NAT for pods; an element's comment is network/interface/container",
          List.of(
              new NftTable.Set("pods4", "ipv4_addr", Optional.empty(), false),
              new NftTable.Set("pods6", "ipv6_addr", Optional.empty(), false),
              new NftTable.Set("spared4", "ipv4_addr . ipv4_addr", Optional.empty(), true),
              new NftTable.Set("spared6", "ipv6_addr . ipv6_addr", Optional.empty(), true)),
          List.of());

  private final OwnedElements elements;

  FormerNftMasquerade(Nftables nftables) {
    elements = new OwnedElements(nftables, TABLE);
  }

  void remove(RuleOwner owner) {
    elements.remove(owner);
  }

  void retain(String network, Set<RuleOwner> owners) {
    elements.retain(network, owners);
  }

  List<IpPrefix> missing(RuleOwner owner, List<IpPrefix> addresses) {
    String mark = OwnerMark.of(owner);
    List<IpPrefix> missing = new ArrayList<>();
    for (IpPrefix address : addresses) {
      if (!elements.missing(elements(mark, address)).isEmpty()) {
        missing.add(address);
      }
    }
    return missing;
  }

  /** What stood for an address. */
  static List<OwnedElements.Placed> elements(String mark, IpPrefix address) {
    NftValue pod = new NftValue.Address(address.address());
    NftValue first = new NftValue.Address(address.first());
    NftValue last = new NftValue.Address(address.last());
    boolean v4 = address.family() == IpFamily.V4;
    return List.of(
        OwnedElements.Placed.of(v4 ? "pods4" : "pods6", List.of(pod), Optional.empty(), mark),
        OwnedElements.Placed.of(
            v4 ? "spared4" : "spared6",
            List.of(pod, first),
            Optional.of(List.of(pod, last)),
            mark));
  }
}

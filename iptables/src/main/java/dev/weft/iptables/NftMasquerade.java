package dev.weft.iptables;

import dev.weft.kernel.NftTable;
import dev.weft.kernel.NftValue;
import dev.weft.kernel.Nftables;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Masquerade by a fixed chain that looks a pod's address up in sets: no rule per pod. */
final class NftMasquerade implements Masquerade {
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
          List.of(
              new NftTable.Chain(
                  "postrouting",
                  Optional.of("type nat hook postrouting priority srcnat; policy accept"),
                  List.of(
                      "ip daddr 224.0.0.0/4 return",
                      "ip6 daddr ff00::/8 return",
                      "ip saddr . ip daddr @spared4 return",
                      "ip6 saddr . ip6 daddr @spared6 return",
                      "ip saddr @pods4 masquerade",
                      "ip6 saddr @pods6 masquerade"))));

  private final OwnedElements elements;

  NftMasquerade(Nftables nftables) {
    elements = new OwnedElements(nftables, TABLE);
  }

  @Override
  public Optional<String> obstacle() {
    return elements.canStand()
        ? Optional.empty()
        : Optional.of(
            "nftables cannot do NAT here: it needs nf_tables with the family inet in the kernel,"
                + " and the program nft");
  }

  @Override
  public void add(RuleOwner owner, List<IpPrefix> addresses) {
    if (!addresses.isEmpty()) {
      elements.put(wanted(owner, addresses));
    }
  }

  @Override
  public void remove(RuleOwner owner) {
    elements.remove(owner);
  }

  @Override
  public void retain(String network, Set<RuleOwner> owners) {
    elements.retain(network, owners);
  }

  @Override
  public List<IpPrefix> missing(RuleOwner owner, List<IpPrefix> addresses) {
    List<IpPrefix> missing = new ArrayList<>();
    for (IpPrefix address : addresses) {
      if (!elements.missing(wanted(owner, List.of(address))).isEmpty()) {
        missing.add(address);
      }
    }
    return missing;
  }

  private static List<OwnedElements.Placed> wanted(RuleOwner owner, List<IpPrefix> addresses) {
    String mark = OwnerMark.of(owner);
    List<OwnedElements.Placed> wanted = new ArrayList<>();
    Set<IpAddress> pods = new HashSet<>();
    for (IpPrefix address : new LinkedHashSet<>(addresses)) {
      boolean v4 = address.family() == IpFamily.V4;
      if (pods.add(address.address())) {
        wanted.add(
            OwnedElements.Placed.of(
                v4 ? "pods4" : "pods6", key(address.address()), Optional.empty(), mark));
      }
      wanted.add(
          OwnedElements.Placed.of(
              v4 ? "spared4" : "spared6",
              key(address.address(), address.first()),
              Optional.of(key(address.address(), address.last())),
              mark));
    }
    return wanted;
  }

  private static List<NftValue> key(IpAddress... parts) {
    List<NftValue> key = new ArrayList<>(parts.length);
    for (IpAddress part : parts) {
      key.add(new NftValue.Address(part));
    }
    return key;
  }
}

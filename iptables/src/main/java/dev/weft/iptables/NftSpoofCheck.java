package dev.weft.iptables;

import dev.weft.kernel.NftTable;
import dev.weft.kernel.NftValue;
import dev.weft.kernel.Nftables;
import dev.weft.net.MacAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A spoof check by a fixed chain that looks a bridge port and a frame's source address up in sets.
 *
 * <p>It stands before the bridge learns, so a forged address does not get into its tables either.
 */
final class NftSpoofCheck implements SpoofCheck {
  static final NftTable TABLE =
      new NftTable(
          NftTable.Family.BRIDGE,
          "weft_spoofcheck",
          "Weft: only a pod's own MAC; an element's comment is network/interface/container",
          List.of(
              new NftTable.Set("guarded", "ifname", Optional.empty(), false),
              new NftTable.Set("allowed", "ifname . ether_addr", Optional.empty(), false)),
          List.of(
              new NftTable.Chain(
                  "prerouting",
                  Optional.of("type filter hook prerouting priority dstnat; policy accept"),
                  List.of("iifname . ether saddr @allowed accept", "iifname @guarded drop"))));

  private final OwnedElements elements;
  private final ReferenceSpoofCheck reference;

  NftSpoofCheck(Nftables nftables) {
    elements = new OwnedElements(nftables, TABLE);
    reference = new ReferenceSpoofCheck(nftables);
  }

  @Override
  public Optional<String> obstacle() {
    return elements.canStand()
        ? Optional.empty()
        : Optional.of(
            "nftables cannot filter frames here: it needs nf_tables with the family bridge in the"
                + " kernel, and the program nft");
  }

  @Override
  public void add(RuleOwner owner, String port, MacAddress mac) {
    elements.put(wanted(owner, port, mac));
  }

  @Override
  public void remove(RuleOwner owner) {
    elements.remove(owner);
    reference.remove(owner);
  }

  @Override
  public void retain(String network, Set<RuleOwner> owners) {
    elements.retain(network, owners);
  }

  @Override
  public boolean stands(RuleOwner owner, String port, MacAddress mac) {
    return elements.missing(wanted(owner, port, mac)).isEmpty() || reference.stands(owner);
  }

  private static List<OwnedElements.Placed> wanted(RuleOwner owner, String port, MacAddress mac) {
    String mark = OwnerMark.of(owner);
    NftValue name = new NftValue.InterfaceName(port);
    return List.of(
        OwnedElements.Placed.of("guarded", List.of(name), Optional.empty(), mark),
        OwnedElements.Placed.of(
            "allowed", List.of(name, new NftValue.Mac(mac)), Optional.empty(), mark));
  }
}

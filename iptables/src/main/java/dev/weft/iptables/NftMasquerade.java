package dev.weft.iptables;

import dev.weft.kernel.NftElement;
import dev.weft.kernel.NftElementChange;
import dev.weft.kernel.NftTable;
import dev.weft.kernel.NftValue;
import dev.weft.kernel.Nftables;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Masquerade by a fixed chain that looks a pod's address up in sets: no rule per pod, and no search
 * through what other pods have.
 *
 * <p>What a pod is spared for is a range of pairs: its own address with each of its subnet. A pair
 * is looked up as the one number that source and destination are in the header of a packet. As a
 * concatenation it would be kept in a structure from which the kernel takes milliseconds to remove:
 * 4 ms with 1,000 pods, 40 ms with 10,000 (nft_set_pipapo).
 *
 * <p>An address has one owner at a time: who comes later takes it over from one that left without a
 * word.
 */
final class NftMasquerade implements Masquerade {
  static final NftTable TABLE =
      new NftTable(
          NftTable.Family.INET,
          "weft_source_nat",
          "Weft: source NAT for pods; an element's comment is network/interface/container",
          List.of(
              new NftTable.Set("pods4", "ipv4_addr", Optional.empty(), false),
              new NftTable.Set("pods6", "ipv6_addr", Optional.empty(), false),
              new NftTable.Set("spared4", "@nh,96,64", Optional.empty(), true),
              new NftTable.Set("spared6", "@nh,64,256", Optional.empty(), true),
              HeldAddresses.MAP),
          List.of(
              new NftTable.Chain(
                  "postrouting",
                  Optional.of("type nat hook postrouting priority srcnat; policy accept"),
                  List.of(
                      "ip daddr 224.0.0.0/4 return",
                      "ip6 daddr ff00::/8 return",
                      "meta nfproto ipv4 @nh,96,64 @spared4 return",
                      "meta nfproto ipv6 @nh,64,256 @spared6 return",
                      "ip saddr @pods4 masquerade",
                      "ip6 saddr @pods6 masquerade"))));

  private final Nftables nftables;
  private final OwnedElements elements;
  private final HeldAddresses held;
  private final FormerNftMasquerade former;

  NftMasquerade(Nftables nftables) {
    this.nftables = nftables;
    elements = new OwnedElements(nftables, TABLE);
    held = new HeldAddresses(nftables, TABLE);
    former = new FormerNftMasquerade(nftables);
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
    if (addresses.isEmpty()) {
      return;
    }
    String mark = OwnerMark.of(owner);
    nftables.ensure(TABLE);
    List<NftElementChange> changes = new ArrayList<>();
    int number = 0;
    for (IpPrefix address : widest(addresses).values()) {
      changes.add(create(pods(address.address()), pod(mark, address)));
      changes.add(create(spared(address.address()), ownSubnet(mark, address)));
      changes.add(
          create(HeldAddresses.MAP.name(), HeldAddresses.entry(mark, number++, address.address())));
    }
    ElementTransaction.run(
        nftables,
        changes,
        () -> {
          nftables.ensure(TABLE); // somebody may have deleted it
          return difference(mark, addresses);
        });
  }

  @Override
  public void remove(RuleOwner owner) {
    former.remove(owner);
    if (nftables.exists(TABLE.family(), TABLE.name())) {
      String mark = OwnerMark.of(owner);
      ElementTransaction.run(nftables, removals(mark), () -> removals(mark));
    }
  }

  @Override
  public void retain(String network, Set<RuleOwner> owners) {
    former.retain(network, owners);
    elements.retain(network, owners);
  }

  @Override
  public List<IpPrefix> missing(RuleOwner owner, List<IpPrefix> addresses) {
    String mark = OwnerMark.of(owner);
    Map<IpAddress, IpPrefix> widest = widest(addresses);
    List<IpAddress> known = addresses(held.of(mark));
    List<IpPrefix> missing = new ArrayList<>();
    for (IpPrefix address : addresses) {
      IpAddress own = address.address();
      IpPrefix wanted = widest.getOrDefault(own, address);
      boolean stands =
          known.contains(own)
              && find(pods(own), podKey(own)).equals(Optional.of(pod(mark, wanted)))
              && find(spared(own), ownPair(own)).equals(Optional.of(ownSubnet(mark, wanted)));
      if (!stands) {
        missing.add(address);
      }
    }
    return missing.isEmpty() ? missing : former.missing(owner, missing);
  }

  /** What has to be changed so that an owner has these addresses, whatever stands now. */
  private List<NftElementChange> difference(String mark, List<IpPrefix> addresses) {
    List<IpAddress> known = addresses(held.of(mark));
    int number = known.size();
    List<NftElementChange> changes = new ArrayList<>();
    for (IpPrefix address : widest(addresses).values()) {
      IpAddress own = address.address();
      replace(pods(own), podKey(own), pod(mark, address), changes);
      replace(spared(own), ownPair(own), ownSubnet(mark, address), changes);
      if (!known.contains(own)) {
        changes.add(create(HeldAddresses.MAP.name(), HeldAddresses.entry(mark, number++, own)));
      }
    }
    return changes;
  }

  private void replace(
      String set, List<NftValue> key, NftElement wanted, List<NftElementChange> changes) {
    Optional<NftElement> standing = find(set, key);
    if (standing.equals(Optional.of(wanted))) {
      return;
    }
    standing.ifPresent(element -> changes.add(remove(set, element)));
    changes.add(create(set, wanted));
  }

  private List<NftElementChange> removals(String mark) {
    List<NftElementChange> removals = new ArrayList<>();
    for (NftElement entry : held.of(mark)) {
      removals.add(remove(HeldAddresses.MAP.name(), entry));
      IpAddress own = HeldAddresses.address(entry);
      removeOwn(mark, pods(own), podKey(own), removals);
      removeOwn(mark, spared(own), ownPair(own), removals);
    }
    return removals;
  }

  private void removeOwn(
      String mark, String set, List<NftValue> key, List<NftElementChange> removals) {
    Optional<NftElement> element = find(set, key);
    if (element.isPresent() && element.get().comment().equals(Optional.of(mark))) {
      removals.add(remove(set, element.get()));
    }
  }

  private Optional<NftElement> find(String set, List<NftValue> key) {
    return nftables.element(TABLE.family(), TABLE.name(), set, key);
  }

  private static List<IpAddress> addresses(List<NftElement> entries) {
    List<IpAddress> addresses = new ArrayList<>(entries.size());
    for (NftElement entry : entries) {
      addresses.add(HeldAddresses.address(entry));
    }
    return addresses;
  }

  /** Each address once: ranges of one source must not overlap, and a wider one has a narrower. */
  private static Map<IpAddress, IpPrefix> widest(List<IpPrefix> addresses) {
    Map<IpAddress, IpPrefix> widest = new LinkedHashMap<>();
    for (IpPrefix address : addresses) {
      widest.merge(
          address.address(), address, (one, other) -> one.length() <= other.length() ? one : other);
    }
    return widest;
  }

  private static String pods(IpAddress pod) {
    return pod.family() == IpFamily.V4 ? "pods4" : "pods6";
  }

  private static String spared(IpAddress pod) {
    return pod.family() == IpFamily.V4 ? "spared4" : "spared6";
  }

  private static NftElement pod(String mark, IpPrefix address) {
    return element(podKey(address.address()), Optional.empty(), mark);
  }

  private static NftElement ownSubnet(String mark, IpPrefix address) {
    IpAddress pod = address.address();
    return element(pair(pod, address.first()), Optional.of(pair(pod, address.last())), mark);
  }

  private static NftElement element(List<NftValue> key, Optional<List<NftValue>> end, String mark) {
    return new NftElement(key, end, Optional.empty(), Optional.of(mark));
  }

  private static List<NftValue> podKey(IpAddress pod) {
    return List.of(new NftValue.Address(pod));
  }

  /** What every range of this source has in it. */
  private static List<NftValue> ownPair(IpAddress pod) {
    return pair(pod, pod);
  }

  private static List<NftValue> pair(IpAddress source, IpAddress destination) {
    byte[] from = source.toBytes();
    byte[] to = destination.toBytes();
    return List.of(
        NftValue.Raw.of(ByteBuffer.allocate(from.length + to.length).put(from).put(to).array()));
  }

  private static NftElementChange create(String set, NftElement element) {
    return new NftElementChange.Create(TABLE.family(), TABLE.name(), set, element);
  }

  private static NftElementChange remove(String set, NftElement element) {
    return new NftElementChange.Remove(TABLE.family(), TABLE.name(), set, element);
  }
}

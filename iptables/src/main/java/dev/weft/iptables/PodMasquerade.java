package dev.weft.iptables;

import dev.weft.kernel.Errno;
import dev.weft.kernel.Iptables;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.kernel.Nftables;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Masquerade by the back end that was asked for or that the machine has. Removal looks in every
 * place that rules of a pod can be, whatever is configured now: that may have changed since.
 */
final class PodMasquerade implements Masquerade {
  private final Nftables nftables;
  private final Iptables iptables;
  private final Optional<MasqueradeBackend> wanted;
  private final NftMasquerade byNftables;
  private final IptablesMasquerade byIptables;
  private final ReferenceMasquerade reference;

  PodMasquerade(NetworkNamespace namespace, Optional<MasqueradeBackend> wanted) {
    this.nftables = namespace.nftables();
    this.iptables = namespace.iptables();
    this.wanted = wanted;
    this.byNftables = new NftMasquerade(nftables);
    this.byIptables = new IptablesMasquerade(iptables);
    this.reference = new ReferenceMasquerade(namespace);
  }

  @Override
  public void add(RuleOwner owner, List<IpPrefix> addresses) {
    chosen().add(owner, addresses);
  }

  @Override
  public void remove(RuleOwner owner) {
    byNftables.remove(owner);
    byIptables.remove(owner);
    reference.remove(owner);
  }

  @Override
  public void retain(String network, Set<RuleOwner> owners) {
    byNftables.retain(network, owners);
    byIptables.retain(network, owners);
    reference.retain(network, owners);
  }

  @Override
  public List<IpPrefix> missing(RuleOwner owner, List<IpPrefix> addresses) {
    return chosen().missing(owner, addresses);
  }

  private Masquerade chosen() {
    if (wanted.isPresent()) {
      return switch (wanted.get()) {
        case NFTABLES -> byNftables;
        case IPTABLES -> byIptables;
      };
    }
    if (nftables.hasProgram() && nftables.isAvailable()) {
      return byNftables;
    }
    if (iptables.isAvailable(IpFamily.V4)) {
      return byIptables;
    }
    throw new KernelException(
        Errno.EOPNOTSUPP,
        "masquerading needs nftables (nf_tables in the kernel and the program nft) or iptables"
            + " (the programs iptables-save and iptables-restore), and this machine has neither");
  }
}

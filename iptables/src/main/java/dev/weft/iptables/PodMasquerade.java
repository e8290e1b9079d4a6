package dev.weft.iptables;

import dev.weft.kernel.Errno;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.net.IpPrefix;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Masquerade by the back end that was asked for or that the machine has. Removal looks in every
 * place that rules of a pod can be, whatever is configured now: that may have changed since.
 */
final class PodMasquerade implements Masquerade {
  private final Optional<MasqueradeBackend> wanted;
  private final NftMasquerade byNftables;
  private final IptablesMasquerade byIptables;
  private final ReferenceMasquerade reference;

  /** What was found to work, so that it is looked for once. */
  private Optional<Masquerade> usable = Optional.empty();

  PodMasquerade(NetworkNamespace namespace, Optional<MasqueradeBackend> wanted) {
    this.wanted = wanted;
    this.byNftables = new NftMasquerade(namespace.nftables());
    this.byIptables = new IptablesMasquerade(namespace.iptables());
    this.reference = new ReferenceMasquerade(namespace);
  }

  @Override
  public Optional<String> obstacle() {
    if (wanted.isPresent()) {
      return by(wanted.get()).obstacle();
    }
    return usable().isPresent() ? Optional.empty() : Optional.of(neither());
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
    List<IpPrefix> missing = chosen().missing(owner, addresses);
    return missing.isEmpty() ? missing : reference.missing(owner, missing);
  }

  private Masquerade chosen() {
    if (wanted.isPresent()) {
      return by(wanted.get());
    }
    return usable()
        .orElseThrow(
            () -> new KernelException(Errno.EOPNOTSUPP, "cannot masquerade: " + neither()));
  }

  private Masquerade by(MasqueradeBackend backend) {
    return switch (backend) {
      case NFTABLES -> byNftables;
      case IPTABLES -> byIptables;
    };
  }

  private Optional<Masquerade> usable() {
    if (usable.isEmpty()) {
      if (byNftables.obstacle().isEmpty()) {
        usable = Optional.of(byNftables);
      } else if (byIptables.obstacle().isEmpty()) {
        usable = Optional.of(byIptables);
      }
    }
    return usable;
  }

  private String neither() {
    return byNftables.obstacle().orElse("") + "; and " + byIptables.obstacle().orElse("");
  }
}

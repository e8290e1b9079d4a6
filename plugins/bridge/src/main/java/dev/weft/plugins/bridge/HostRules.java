package dev.weft.plugins.bridge;

import dev.weft.cni.Attachment;
import dev.weft.cni.CniException;
import dev.weft.cni.ErrorCode;
import dev.weft.iptables.Masquerade;
import dev.weft.iptables.RuleOwner;
import dev.weft.iptables.SpoofCheck;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import dev.weft.net.MacAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The host's rules for pods: masquerading in iptables or nftables, spoof checks in nftables. */
final class HostRules {
  private final NetworkNamespace host;

  HostRules(NetworkNamespace host) {
    this.host = host;
  }

  static RuleOwner owner(String network, Attachment attachment) {
    return new RuleOwner(network, attachment.containerId(), attachment.ifName());
  }

  static Set<RuleOwner> owners(String network, Set<Attachment> attachments) {
    Set<RuleOwner> owners = new HashSet<>();
    for (Attachment attachment : attachments) {
      owners.add(owner(network, attachment));
    }
    return owners;
  }

  /**
   * What masquerades.
   *
   * @throws CniException 2 if this machine lacks it
   */
  Masquerade masquerade(MasqueradeChoice choice) {
    Optional<String> missing = missing(choice);
    if (missing.isPresent()) {
      throw new CniException(ErrorCode.UNSUPPORTED_FIELD, missing.get());
    }
    return switch (choice) {
      case IPTABLES -> byIptables();
      case NFTABLES -> byNftables();
      case WHAT_THERE_IS -> hasIptables() ? byIptables() : byNftables();
    };
  }

  /** What a choice needs and this machine lacks, as a sentence. */
  Optional<String> missing(MasqueradeChoice choice) {
    return switch (choice) {
      case IPTABLES ->
          hasIptables()
              ? Optional.empty()
              : Optional.of(
                  "ipMasqBackend is \"iptables\", but this machine has no working iptables-restore:"
                      + " install iptables, or leave ipMasqBackend out");
      case NFTABLES ->
          hasNftables()
              ? Optional.empty()
              : Optional.of(
                  "ipMasqBackend is \"nftables\", but this machine's kernel does not serve it: run a"
                      + " kernel with CONFIG_NF_TABLES, or leave ipMasqBackend out");
      case WHAT_THERE_IS ->
          hasIptables() || hasNftables()
              ? Optional.empty()
              : Optional.of(
                  "ipMasq is true, but this machine has neither iptables nor nftables to masquerade"
                      + " with: install one of them");
    };
  }

  /** Every place where masquerading may have been written by whatever configuration. */
  List<Masquerade> masquerades() {
    return List.of();
  }

  SpoofCheck spoofCheck() {
    return new SpoofCheck() {
      @Override
      public void add(RuleOwner owner, String port, MacAddress mac) {
        throw new CniException(ErrorCode.UNSUPPORTED_FIELD, "macspoofchk is true, but not served");
      }

      @Override
      public void remove(RuleOwner owner) {}

      @Override
      public void retain(String network, Set<RuleOwner> owners) {}

      @Override
      public boolean stands(RuleOwner owner, String port, MacAddress mac) {
        return true;
      }
    };
  }

  private Masquerade byIptables() {
    return new Masquerade() {
      @Override
      public void add(RuleOwner owner, List<IpPrefix> addresses) {
        throw new CniException(ErrorCode.UNSUPPORTED_FIELD, "ipMasq is true, but not served");
      }

      @Override
      public void remove(RuleOwner owner) {}

      @Override
      public void retain(String network, Set<RuleOwner> owners) {}

      @Override
      public List<IpPrefix> missing(RuleOwner owner, List<IpPrefix> addresses) {
        return addresses;
      }
    };
  }

  private Masquerade byNftables() {
    return byIptables();
  }

  private boolean hasIptables() {
    return host.iptables().isAvailable(IpFamily.V4);
  }

  private boolean hasNftables() {
    return host.nftables().isAvailable();
  }
}

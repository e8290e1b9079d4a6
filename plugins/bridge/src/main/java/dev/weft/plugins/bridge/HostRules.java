package dev.weft.plugins.bridge;

import dev.weft.iptables.Masquerade;
import dev.weft.iptables.SpoofCheck;
import dev.weft.kernel.NetworkNamespace;
import java.util.Optional;

/** The rules on the host that a network's pods need: masquerade and spoof check. */
final class HostRules {
  private final BridgeConfig config;
  private final Masquerade masquerade;
  private final SpoofCheck spoofCheck;

  HostRules(NetworkNamespace host, BridgeConfig config) {
    this.config = config;
    this.masquerade = Masquerade.on(host, config.masqueradeBackend());
    this.spoofCheck = SpoofCheck.on(host);
  }

  Masquerade masquerade() {
    return masquerade;
  }

  SpoofCheck spoofCheck() {
    return spoofCheck;
  }

  /** Why this machine cannot have the rules that are asked for, if there is such a reason. */
  Optional<String> obstacle() {
    Optional<String> ofMasquerade =
        config.masquerade()
            ? masquerade.obstacle().map(what -> masqueradeKey() + ", but " + what)
            : Optional.empty();
    return ofMasquerade.isPresent() || !config.spoofCheck()
        ? ofMasquerade
        : spoofCheck.obstacle().map(what -> "macspoofchk is true, but " + what);
  }

  private String masqueradeKey() {
    if (config.masqueradeBackend().isEmpty()) {
      return "ipMasq is true";
    }
    return switch (config.masqueradeBackend().get()) {
      case NFTABLES -> "ipMasqBackend is \"nftables\"";
      case IPTABLES -> "ipMasqBackend is \"iptables\"";
    };
  }
}

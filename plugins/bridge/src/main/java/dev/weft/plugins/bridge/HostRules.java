package dev.weft.plugins.bridge;

import dev.weft.iptables.Masquerade;
import dev.weft.iptables.SpoofCheck;
import dev.weft.kernel.NetworkNamespace;
import java.util.Optional;

/** The rules on the host that a network's pods need: those that its configuration asks for. */
final class HostRules {
  private final BridgeConfig config;
  private final Optional<Masquerade> masquerade;
  private final Optional<SpoofCheck> spoofCheck;

  HostRules(NetworkNamespace host, BridgeConfig config) {
    this.config = config;
    this.masquerade =
        config.masquerade()
            ? Optional.of(Masquerade.on(host, config.masqueradeBackend()))
            : Optional.empty();
    this.spoofCheck = config.spoofCheck() ? Optional.of(SpoofCheck.on(host)) : Optional.empty();
  }

  Optional<Masquerade> masquerade() {
    return masquerade;
  }

  Optional<SpoofCheck> spoofCheck() {
    return spoofCheck;
  }

  /** Why this machine cannot have them, if there is such a reason. */
  Optional<String> obstacle() {
    if (masquerade.isPresent()) {
      Optional<String> obstacle = masquerade.get().obstacle();
      if (obstacle.isPresent()) {
        return Optional.of(masqueradeKey() + ", but " + obstacle.get());
      }
    }
    if (spoofCheck.isPresent()) {
      Optional<String> obstacle = spoofCheck.get().obstacle();
      if (obstacle.isPresent()) {
        return Optional.of("macspoofchk is true, but " + obstacle.get());
      }
    }
    return Optional.empty();
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

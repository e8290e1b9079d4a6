package dev.weft.plugins.bridge;

import dev.weft.cni.CniException;
import dev.weft.cni.ErrorCode;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.net.IpFamily;
import java.util.Optional;

/** One STATUS: whether this machine can serve an ADD of a network. */
final class Readiness {
  private final NetworkNamespace host;
  private final BridgeConfig config;

  Readiness(NetworkNamespace host, BridgeConfig config) {
    this.host = host;
    this.config = config;
  }

  /**
   * @throws CniException 50 with what is in the way
   */
  void verify() {
    Optional<String> obstacle =
        new HostBridge(host, config)
            .obstacle()
            .or(this::masqueradeObstacle)
            .or(this::spoofCheckObstacle);
    if (obstacle.isPresent()) {
      throw new CniException(ErrorCode.NOT_AVAILABLE, obstacle.get());
    }
  }

  private Optional<String> masqueradeObstacle() {
    if (!config.masquerade()) {
      return Optional.empty();
    }
    if (config.masqueradeBackend().isEmpty()) {
      return hasNftables() || hasIptables()
          ? Optional.empty()
          : Optional.of("ipMasq is true, but this machine has neither nftables nor iptables");
    }
    return switch (config.masqueradeBackend().get()) {
      case NFTABLES -> hasNftables() ? Optional.empty() : Optional.of(without("nftables"));
      case IPTABLES -> hasIptables() ? Optional.empty() : Optional.of(without("iptables"));
    };
  }

  private static String without(String backend) {
    return "ipMasqBackend is \""
        + backend
        + "\", but this machine cannot use it: install it, or leave ipMasqBackend out";
  }

  private Optional<String> spoofCheckObstacle() {
    return config.spoofCheck() && !hasNftables()
        ? Optional.of("macspoofchk is true, but this machine cannot use nftables, which it needs")
        : Optional.empty();
  }

  private boolean hasNftables() {
    return host.nftables().isAvailable() && host.nftables().hasProgram();
  }

  private boolean hasIptables() {
    return host.iptables().isAvailable(IpFamily.V4);
  }
}

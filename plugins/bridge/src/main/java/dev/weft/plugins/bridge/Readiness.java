package dev.weft.plugins.bridge;

import dev.weft.cni.CniException;
import dev.weft.cni.ErrorCode;
import dev.weft.kernel.NetworkNamespace;
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
        new HostBridge(host, config).obstacle().or(() -> new HostRules(host, config).obstacle());
    if (obstacle.isPresent()) {
      throw new CniException(ErrorCode.NOT_AVAILABLE, obstacle.get());
    }
  }
}

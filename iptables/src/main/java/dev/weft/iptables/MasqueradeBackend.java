package dev.weft.iptables;

import java.util.Optional;

/** By what packets are masqueraded; {@code ipMasqBackend} in a configuration. */
public enum MasqueradeBackend {
  NFTABLES,
  IPTABLES;

  /** Reads {@code nftables} or {@code iptables}; nothing if it is another word. */
  public static Optional<MasqueradeBackend> parse(String text) {
    return switch (text) {
      case "nftables" -> Optional.of(NFTABLES);
      case "iptables" -> Optional.of(IPTABLES);
      default -> Optional.empty();
    };
  }
}

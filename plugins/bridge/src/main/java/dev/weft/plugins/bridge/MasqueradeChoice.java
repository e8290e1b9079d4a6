package dev.weft.plugins.bridge;

import dev.weft.cni.ConfigReader;
import java.util.Optional;

/** By what the pods of a network are masqueraded, where they are. */
enum MasqueradeChoice {
  IPTABLES,
  NFTABLES,
  /** By iptables where it serves, else by nftables. */
  WHAT_THERE_IS;

  /** Reads {@code ipMasq} and {@code ipMasqBackend}; absent where nothing is masqueraded. */
  static Optional<MasqueradeChoice> of(ConfigReader reader) {
    MasqueradeChoice choice =
        reader
            .parsed("ipMasqBackend", MasqueradeChoice::parse, "should be iptables or nftables")
            .orElse(WHAT_THERE_IS);
    return reader.bool("ipMasq", false) ? Optional.of(choice) : Optional.empty();
  }

  private static Optional<MasqueradeChoice> parse(String text) {
    return switch (text) {
      case "" -> Optional.of(WHAT_THERE_IS);
      case "iptables" -> Optional.of(IPTABLES);
      case "nftables" -> Optional.of(NFTABLES);
      default -> Optional.empty();
    };
  }
}

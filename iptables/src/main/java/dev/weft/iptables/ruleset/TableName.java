package dev.weft.iptables.ruleset;

import java.util.Locale;
import java.util.Optional;

/** The tables of iptables, in the order in which a packet meets them within one hook. */
public enum TableName {
  RAW,
  MANGLE,
  NAT,
  FILTER,
  SECURITY;

  /** As iptables writes it, in lower case. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<TableName> parse(String text) {
    for (TableName name : values()) {
      if (name.text().equals(text)) {
        return Optional.of(name);
      }
    }
    return Optional.empty();
  }
}

package dev.weft.iptables.ruleset;

import java.util.Locale;

/** Protocols with ports. */
public enum Transport {
  TCP(6),
  UDP(17),
  SCTP(132);

  private final int number;

  Transport(int number) {
    this.number = number;
  }

  /** The protocol number of IANA. */
  public int number() {
    return number;
  }

  /** As iptables writes it, in lower case. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}

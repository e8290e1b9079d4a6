package dev.weft.iptables.compile;

import dev.weft.net.IpAddress;
import java.util.List;

/** At which of its addresses a node serves node ports. */
public sealed interface NodePortAddresses {

  /**
   * At each that it has.
   *
   * @param loopback whether at 127.0.0.0/8 as well; IPv6 has no such thing
   */
  record All(boolean loopback) implements NodePortAddresses {}

  /** At these. */
  record Only(List<IpAddress> addresses) implements NodePortAddresses {
    public Only {
      addresses = List.copyOf(addresses);
    }
  }
}

package dev.weft.kernel;

import dev.weft.net.IpAddress;
import dev.weft.net.MacAddress;
import java.util.Optional;

/** An entry of a neighbour table or of a forwarding database. */
public sealed interface Neighbour {
  /** Of the link that the entry is of; of a port, for an entry of its bridge. */
  int linkIndex();

  /**
   * ARP or NDP: who has this address on the link.
   *
   * @param mac absent while unresolved
   * @param permanent whether it was set by hand
   */
  record Resolved(int linkIndex, IpAddress address, Optional<MacAddress> mac, boolean permanent)
      implements Neighbour {}

  /**
   * Forwarding database: behind what this MAC is.
   *
   * @param destination for a VXLAN link, the tunnel end
   * @param self whether the entry belongs to the link itself rather than to its bridge
   */
  record Forwarding(
      int linkIndex,
      MacAddress mac,
      Optional<IpAddress> destination,
      boolean self,
      boolean permanent)
      implements Neighbour {}
}

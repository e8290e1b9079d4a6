package dev.weft.kernel;

import dev.weft.net.MacAddress;
import java.util.Optional;
import java.util.OptionalInt;

/** A link to be created: what must be so from its first moment. */
public sealed interface NewLink {

  /** 1 to 15 bytes, without {@code /}, {@code :} and white space. */
  String name();

  /**
   * A bridge. A fixed MAC does not change with the bridge's ports.
   *
   * @param mtu in bytes; unless set by {@link LinkChange.Mtu} it follows the ports'
   * @param group marks it for whoever looks for it later; 0 for none
   */
  record Bridge(
      String name, Optional<MacAddress> mac, OptionalInt mtu, int group, boolean vlanFiltering)
      implements NewLink {}

  /**
   * A pair of virtual Ethernet links, each end with one queue. The peer is made at once in its own
   * namespace, which costs less than to move it there and leaves no moment in which it is here.
   *
   * @param mtu in bytes
   * @param group of the end that is here
   * @param peer the other end
   */
  record Veth(String name, Optional<MacAddress> mac, OptionalInt mtu, int group, Peer peer)
      implements NewLink {}

  /** The other end of a {@link Veth}. */
  record Peer(NetworkNamespace namespace, String name, Optional<MacAddress> mac, OptionalInt mtu) {}
}

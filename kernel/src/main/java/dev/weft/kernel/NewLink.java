package dev.weft.kernel;

import dev.weft.net.MacAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;

/** A link to be created: what must be so from its first moment. */
public sealed interface NewLink {

  /** IFNAMSIZ of linux/if.h without the closing zero. */
  int LONGEST_NAME = 15;

  /** A name for which {@link #isName} holds. */
  String name();

  /**
   * Whether a link can be called so: 1 to 15 bytes, not {@code .} or {@code ..}, without {@code /},
   * {@code :} and white space, as {@code dev_valid_name} of net/core/dev.c has it; and without the
   * zero that would end it early.
   */
  static boolean isName(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '/' || c == ':' || c == 0 || Character.isWhitespace(c)) {
        return false;
      }
    }
    return !name.isEmpty()
        && !name.equals(".")
        && !name.equals("..")
        && name.getBytes(StandardCharsets.UTF_8).length <= LONGEST_NAME;
  }

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

package dev.weft.kernel.linux;

import static dev.weft.kernel.linux.Rtnetlink.AF_INET6;

import dev.weft.kernel.netlink.AttributeReader;
import dev.weft.kernel.netlink.Message;
import dev.weft.kernel.netlink.MessageWriter;
import dev.weft.kernel.netlink.NetlinkException;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The multicast groups in which neighbours ask for IPv6 addresses (RFC 4291, section 2.7.1). The
 * kernel joins that of a new address in its own time, some milliseconds later.
 */
final class SolicitedNodes {
  private static final int RTM_GETMULTICAST = 58;
  private static final int IFA_MULTICAST = 7;

  /** {@code ff02::1:ff00:0/104} and the last 24 bits of the address. */
  private static final long HIGH = 0xff02_0000_0000_0000L;

  private static final long LOW = 0x1_ff00_0000L;
  private static final long OWN_BITS = 0xff_ffff;

  private static final int LIMIT_MILLIS = 1000;

  private final NamespaceHandle namespace;
  private final LinuxLinks links;

  SolicitedNodes(NamespaceHandle namespace, LinuxLinks links) {
    this.namespace = namespace;
    this.links = links;
  }

  /** Waits until a link has joined the groups of these addresses, for a second at most. */
  void await(int linkIndex, List<IpAddress> addresses) {
    Set<IpAddress> groups = new HashSet<>();
    for (IpAddress address : addresses) {
      if (address.isV6()) {
        groups.add(new IpAddress(IpFamily.V6, HIGH, LOW | (address.low() & OWN_BITS)));
      }
    }
    for (int waited = 0;
        waited < LIMIT_MILLIS && !groups.isEmpty() && !joined(linkIndex).containsAll(groups);
        waited++) {
      try {
        Thread.sleep(1);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private Set<IpAddress> joined(int linkIndex) {
    // struct ifaddrmsg
    MessageWriter request =
        new MessageWriter(RTM_GETMULTICAST, 0)
            .putByte(AF_INET6)
            .putByte(0)
            .putByte(0)
            .putByte(0)
            .putInt(linkIndex);
    try {
      Set<IpAddress> groups = new HashSet<>();
      for (Message message : namespace.route().dump(request)) {
        AttributeReader body = message.body().skip(8);
        while (body.next()) {
          if (body.type() == IFA_MULTICAST) {
            groups.add(IpAddress.of(body.asBytes(16)));
          }
        }
      }
      return groups;
    } catch (NetlinkException e) {
      throw Refusal.because("cannot list the multicast groups of " + links.describe(linkIndex), e);
    }
  }
}

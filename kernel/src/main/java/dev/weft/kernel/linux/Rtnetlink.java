package dev.weft.kernel.linux;

import dev.weft.kernel.netlink.AttributeReader;
import dev.weft.kernel.netlink.NetlinkException;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import org.jspecify.annotations.Nullable;

/** What all of rtnetlink shares: message types and address families (linux/rtnetlink.h). */
final class Rtnetlink {
  static final int RTM_NEWLINK = 16;
  static final int RTM_DELLINK = 17;
  static final int RTM_GETLINK = 18;
  static final int RTM_SETLINK = 19;
  static final int RTM_NEWADDR = 20;
  static final int RTM_DELADDR = 21;
  static final int RTM_GETADDR = 22;
  static final int RTM_NEWROUTE = 24;
  static final int RTM_DELROUTE = 25;
  static final int RTM_GETROUTE = 26;
  static final int RTM_NEWNEIGH = 28;
  static final int RTM_DELNEIGH = 29;
  static final int RTM_GETNEIGH = 30;

  static final int AF_UNSPEC = 0;
  static final int AF_INET = 2;
  static final int AF_BRIDGE = 7;
  static final int AF_INET6 = 10;

  private Rtnetlink() {}

  static int number(IpFamily family) {
    return family == IpFamily.V4 ? AF_INET : AF_INET6;
  }

  /** The address that an attribute of a message holds, or null if the family is none of ours. */
  static @Nullable IpAddress address(int family, AttributeReader attribute)
      throws NetlinkException {
    return switch (family) {
      case AF_INET -> IpAddress.of(attribute.asBytes(4));
      case AF_INET6 -> IpAddress.of(attribute.asBytes(16));
      default -> null;
    };
  }

  /** An address with a length that came from the wire. */
  static IpPrefix prefix(IpAddress address, int length) throws NetlinkException {
    if (length > address.family().bits()) {
      throw NetlinkException.malformed(address + " with a prefix length of " + length);
    }
    return new IpPrefix(address, length);
  }
}

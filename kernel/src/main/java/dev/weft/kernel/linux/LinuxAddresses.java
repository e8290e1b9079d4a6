package dev.weft.kernel.linux;

import static dev.weft.kernel.linux.Rtnetlink.AF_UNSPEC;
import static dev.weft.kernel.linux.Rtnetlink.RTM_DELADDR;
import static dev.weft.kernel.linux.Rtnetlink.RTM_GETADDR;
import static dev.weft.kernel.linux.Rtnetlink.RTM_NEWADDR;
import static dev.weft.kernel.netlink.MessageWriter.NLM_F_CREATE;
import static dev.weft.kernel.netlink.MessageWriter.NLM_F_EXCL;

import dev.weft.kernel.InterfaceAddress;
import dev.weft.kernel.Route;
import dev.weft.kernel.netlink.AttributeReader;
import dev.weft.kernel.netlink.Message;
import dev.weft.kernel.netlink.MessageWriter;
import dev.weft.kernel.netlink.NetlinkException;
import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The addresses on the links of one namespace (linux/if_addr.h). */
final class LinuxAddresses {
  private static final int IFA_ADDRESS = 1;
  private static final int IFA_LOCAL = 2;
  private static final int IFA_BROADCAST = 4;
  private static final int IFA_FLAGS = 8;

  private static final int IFA_F_NODAD = 0x02;
  private static final int IFA_F_DADFAILED = 0x08;
  private static final int IFA_F_TENTATIVE = 0x40;

  /** The longest IPv4 prefix with an address left for broadcast; RFC 3021 takes it from /31. */
  private static final int LONGEST_WITH_BROADCAST = 30;

  private final NamespaceHandle namespace;
  private final LinuxLinks links;

  LinuxAddresses(NamespaceHandle namespace, LinuxLinks links) {
    this.namespace = namespace;
    this.links = links;
  }

  List<InterfaceAddress> all() {
    MessageWriter request = header(new MessageWriter(RTM_GETADDR, 0), AF_UNSPEC, 0, 0, 0);
    try {
      List<Message> messages = namespace.route().dump(request);
      List<InterfaceAddress> addresses = new ArrayList<>(messages.size());
      for (Message message : messages) {
        InterfaceAddress address = read(message.body());
        if (address != null) {
          addresses.add(address);
        }
      }
      return addresses;
    } catch (NetlinkException e) {
      throw Refusal.because("cannot list the addresses in " + namespace, e);
    }
  }

  void add(InterfaceAddress address) {
    MessageWriter request = about(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, address);
    IpPrefix prefix = address.prefix();
    if (prefix.address().isV4() && prefix.length() <= LONGEST_WITH_BROADCAST) {
      request.attribute(IFA_BROADCAST, prefix.last().toBytes());
    }
    if (prefix.address().isV6() && address.noDuplicateDetection()) {
      request.attributeInt(IFA_FLAGS, IFA_F_NODAD);
    }
    try {
      namespace.route().execute(request);
    } catch (NetlinkException e) {
      throw Refusal.because(
          "cannot add address " + prefix + " to " + links.describe(address.linkIndex()), e);
    }
  }

  void remove(InterfaceAddress address) {
    try {
      namespace.route().execute(about(RTM_DELADDR, 0, address));
    } catch (NetlinkException e) {
      throw Refusal.because(
          "cannot remove address "
              + address.prefix()
              + " from "
              + links.describe(address.linkIndex()),
          e);
    }
  }

  private static MessageWriter about(int type, int flags, InterfaceAddress address) {
    IpPrefix prefix = address.prefix();
    int scope = (prefix.address().isLoopback() ? Route.Scope.HOST : Route.Scope.UNIVERSE).number();
    MessageWriter message =
        header(
            new MessageWriter(type, flags),
            Rtnetlink.number(prefix.family()),
            prefix.length(),
            scope,
            address.linkIndex());
    byte[] bytes = prefix.address().toBytes();
    return message.attribute(IFA_LOCAL, bytes).attribute(IFA_ADDRESS, bytes);
  }

  /** Writes struct ifaddrmsg. */
  private static MessageWriter header(
      MessageWriter message, int family, int length, int scope, int index) {
    return message.putByte(family).putByte(length).putByte(0).putByte(scope).putInt(index);
  }

  /** The address that a message describes, or null if it is neither IPv4 nor IPv6. */
  static @Nullable InterfaceAddress read(AttributeReader body) throws NetlinkException {
    int family = body.getByte(0);
    int length = body.getByte(1);
    int flags = body.getByte(2);
    int index = body.getInt(4);
    body.skip(8);
    IpAddress address = null;
    IpAddress local = null;
    while (body.next()) {
      switch (body.type()) {
        case IFA_ADDRESS -> address = Rtnetlink.address(family, body);
        case IFA_LOCAL -> local = Rtnetlink.address(family, body);
        case IFA_FLAGS -> flags = body.asInt();
        default -> {}
      }
    }
    // On a point-to-point link IFA_ADDRESS is the other end.
    IpAddress own = local != null ? local : address;
    return own == null
        ? null
        : new InterfaceAddress(
            index,
            Rtnetlink.prefix(own, length),
            (flags & IFA_F_NODAD) != 0,
            (flags & IFA_F_TENTATIVE) != 0,
            (flags & IFA_F_DADFAILED) != 0);
  }
}

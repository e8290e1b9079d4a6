package dev.weft.kernel.linux;

import static dev.weft.kernel.linux.LinkAttributes.IFLA_AF_SPEC;
import static dev.weft.kernel.linux.LinkAttributes.IFLA_EXT_MASK;
import static dev.weft.kernel.linux.LinkAttributes.RTEXT_FILTER_BRVLAN_COMPRESSED;
import static dev.weft.kernel.linux.Rtnetlink.AF_BRIDGE;
import static dev.weft.kernel.linux.Rtnetlink.RTM_DELLINK;
import static dev.weft.kernel.linux.Rtnetlink.RTM_GETLINK;
import static dev.weft.kernel.linux.Rtnetlink.RTM_SETLINK;

import dev.weft.kernel.BridgeVlan;
import dev.weft.kernel.Errno;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.Link;
import dev.weft.kernel.netlink.AttributeReader;
import dev.weft.kernel.netlink.Message;
import dev.weft.kernel.netlink.MessageWriter;
import dev.weft.kernel.netlink.NetlinkException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The VLANs of the bridges and bridge ports of one namespace (linux/if_bridge.h). */
final class LinuxBridgeVlans {
  /** In IFLA_AF_SPEC. */
  private static final int IFLA_BRIDGE_FLAGS = 0;

  private static final int IFLA_BRIDGE_VLAN_INFO = 2;

  /** In IFLA_BRIDGE_FLAGS: the bridge itself rather than its port. */
  private static final int BRIDGE_FLAGS_SELF = 2;

  /** In struct bridge_vlan_info. */
  private static final int BRIDGE_VLAN_INFO_PVID = 1 << 1;

  private static final int BRIDGE_VLAN_INFO_UNTAGGED = 1 << 2;
  private static final int BRIDGE_VLAN_INFO_RANGE_BEGIN = 1 << 3;
  private static final int BRIDGE_VLAN_INFO_RANGE_END = 1 << 4;

  private final NamespaceHandle namespace;
  private final LinuxLinks links;

  LinuxBridgeVlans(NamespaceHandle namespace, LinuxLinks links) {
    this.namespace = namespace;
    this.links = links;
  }

  List<BridgeVlan> of(int index) {
    MessageWriter request = LinkMessages.header(new MessageWriter(RTM_GETLINK, 0), AF_BRIDGE, 0);
    request.attributeInt(IFLA_EXT_MASK, RTEXT_FILTER_BRVLAN_COMPRESSED);
    List<BridgeVlan> vlans = new ArrayList<>();
    try {
      // The kernel tells of all bridges and ports together only.
      for (Message message : namespace.route().dump(request)) {
        if (message.body().getInt(4) == index) {
          read(message.body(), vlans);
        }
      }
    } catch (NetlinkException e) {
      throw Refusal.because("cannot list the VLANs of " + links.describe(index), e);
    }
    return vlans;
  }

  void add(int index, List<BridgeVlan> vlans) {
    write(RTM_SETLINK, "add", "to", index, vlans);
  }

  void remove(int index, List<BridgeVlan> vlans) {
    write(RTM_DELLINK, "remove", "from", index, vlans);
  }

  private void write(int type, String verb, String where, int index, List<BridgeVlan> vlans) {
    Optional<Link> link = links.byIndex(index);
    boolean isBridge = link.isPresent() && link.get().kind() instanceof Link.Kind.Bridge;
    try {
      namespace.route().execute(request(type, index, isBridge, vlans));
    } catch (NetlinkException e) {
      String failed = "cannot " + verb + " VLANs " + where + " " + links.describe(index);
      if (e.errno() != Errno.EOPNOTSUPP.number()) {
        throw Refusal.because(failed, e);
      }
      throw isBridge || (link.isPresent() && link.get().port().isPresent())
          ? withoutFiltering(failed)
          : new KernelException(
              Errno.EOPNOTSUPP, failed + ": it is neither a bridge nor the port of one");
    }
  }

  /** The refusal of a kernel that keeps no VLANs apart. */
  static KernelException withoutFiltering(String failed) {
    return new KernelException(
        Errno.EOPNOTSUPP,
        failed
            + ": this kernel was built without bridge VLAN filtering"
            + " (CONFIG_BRIDGE_VLAN_FILTERING)");
  }

  /** Asks to add or remove VLANs; a range is two entries, its first and its last. */
  static MessageWriter request(int type, int index, boolean isBridge, List<BridgeVlan> vlans) {
    MessageWriter message = LinkMessages.header(new MessageWriter(type, 0), AF_BRIDGE, index);
    int specification = message.begin(IFLA_AF_SPEC);
    if (isBridge) {
      message.attributeShort(IFLA_BRIDGE_FLAGS, BRIDGE_FLAGS_SELF);
    }
    for (BridgeVlan vlan : vlans) {
      int flags =
          (vlan.pvid() ? BRIDGE_VLAN_INFO_PVID : 0)
              | (vlan.untagged() ? BRIDGE_VLAN_INFO_UNTAGGED : 0);
      if (vlan.first() == vlan.last()) {
        writeInfo(message, flags, vlan.first());
      } else {
        writeInfo(message, flags | BRIDGE_VLAN_INFO_RANGE_BEGIN, vlan.first());
        writeInfo(message, flags | BRIDGE_VLAN_INFO_RANGE_END, vlan.last());
      }
    }
    return message.end(specification);
  }

  private static void writeInfo(MessageWriter message, int flags, int id) {
    int info = message.beginUnmarked(IFLA_BRIDGE_VLAN_INFO);
    message.putShort(flags).putShort(id).end(info);
  }

  /** Adds the VLANs that a message tells of. */
  static void read(AttributeReader body, List<BridgeVlan> vlans) throws NetlinkException {
    body.skip(LinkAttributes.HEADER);
    while (body.next()) {
      if (body.type() == IFLA_AF_SPEC) {
        readSpecification(body.nested(), vlans);
      }
    }
  }

  private static void readSpecification(AttributeReader specification, List<BridgeVlan> vlans)
      throws NetlinkException {
    int first = 0;
    while (specification.next()) {
      if (specification.type() != IFLA_BRIDGE_VLAN_INFO) {
        continue;
      }
      AttributeReader info = specification.nested();
      int flags = info.getShort(0);
      int id = info.getShort(2);
      if ((flags & BRIDGE_VLAN_INFO_RANGE_BEGIN) != 0) {
        first = id;
        continue;
      }
      int from = (flags & BRIDGE_VLAN_INFO_RANGE_END) != 0 ? first : id;
      boolean pvid = (flags & BRIDGE_VLAN_INFO_PVID) != 0;
      if (from < 1 || from > id || id > 4094 || (pvid && from != id)) {
        throw NetlinkException.malformed("a VLAN range from " + from + " to " + id);
      }
      vlans.add(new BridgeVlan(from, id, pvid, (flags & BRIDGE_VLAN_INFO_UNTAGGED) != 0));
    }
  }
}

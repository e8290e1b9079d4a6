package dev.weft.kernel.linux;

import static dev.weft.kernel.linux.LinkAttributes.*;
import static dev.weft.kernel.linux.Rtnetlink.AF_INET;
import static dev.weft.kernel.linux.Rtnetlink.AF_UNSPEC;
import static dev.weft.kernel.linux.Rtnetlink.RTM_NEWLINK;

import dev.weft.kernel.LinkChange;
import dev.weft.kernel.netlink.MessageWriter;
import dev.weft.net.MacAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes changes to one link as few messages, mostly one.
 *
 * <p>Within a message the kernel has an order of its own: MAC, MTU, group, name and alias, then the
 * state, the master, ARP notify last (do_setlink in net/core/rtnetlink.c); and it stops where it
 * refuses. So a link that goes down to be renamed does so in a message before. What only a bridge's
 * port has comes in one behind, when the link is a port, and so does going up, lest a link that its
 * master refused is left up and alone.
 */
final class LinkChangeMessages {
  private static final byte[] NOTHING = {};

  private LinkChangeMessages() {}

  /** The messages, to be sent in this order until one is refused. */
  static List<MessageWriter> of(int index, LinkChange... changes) {
    int flags = 0;
    int changedFlags = 0;
    boolean downFirst = false;
    boolean ofLink = false;
    boolean ofBridge = false;
    boolean ofPort = false;
    boolean joins = false;
    for (LinkChange change : changes) {
      if (change instanceof LinkChange.Up) {
        flags |= IFF_UP;
        changedFlags |= IFF_UP;
      } else if (change instanceof LinkChange.Down) {
        changedFlags |= IFF_UP;
      } else if (change instanceof LinkChange.Promiscuous(boolean on)) {
        flags |= on ? IFF_PROMISC : 0;
        changedFlags |= IFF_PROMISC;
      } else if (isOfBridge(change)) {
        ofBridge = true;
      } else if (isOfPort(change)) {
        ofPort = true;
      } else {
        ofLink = true;
        joins |= change instanceof LinkChange.Master;
        downFirst |= change instanceof LinkChange.Rename || change instanceof LinkChange.Mac;
      }
    }
    boolean upLast = joins && (flags & IFF_UP) != 0;
    if (upLast) {
      flags &= ~IFF_UP;
      changedFlags &= ~IFF_UP;
    }
    List<MessageWriter> messages = new ArrayList<>(1);
    if (downFirst && (changedFlags & ~flags & IFF_UP) != 0) {
      messages.add(start(index, 0, IFF_UP));
    }
    if (ofLink || ofBridge || changedFlags != 0) {
      MessageWriter message = start(index, flags, changedFlags);
      for (LinkChange change : changes) {
        writeAttribute(message, change);
      }
      if (ofBridge) {
        writeBridgeOptions(message, changes);
      }
      messages.add(message);
    }
    if (ofPort) {
      messages.add(portOptions(index, changes));
    }
    if (upLast) {
      messages.add(start(index, IFF_UP, IFF_UP));
    }
    return messages;
  }

  private static boolean isOfBridge(LinkChange change) {
    return change instanceof LinkChange.VlanFiltering || change instanceof LinkChange.DefaultPvid;
  }

  private static boolean isOfPort(LinkChange change) {
    return change instanceof LinkChange.Hairpin || change instanceof LinkChange.Isolated;
  }

  private static MessageWriter start(int index, int flags, int changedFlags) {
    MessageWriter message = new MessageWriter(RTM_NEWLINK, 0);
    return LinkMessages.header(message, AF_UNSPEC, index, flags, changedFlags);
  }

  private static void writeAttribute(MessageWriter message, LinkChange change) {
    if (change instanceof LinkChange.Mtu(int bytes)) {
      message.attributeInt(IFLA_MTU, bytes);
    } else if (change instanceof LinkChange.Mac(MacAddress mac)) {
      message.attribute(IFLA_ADDRESS, mac.toBytes());
    } else if (change instanceof LinkChange.Rename(String name)) {
      message.attribute(IFLA_IFNAME, name);
    } else if (change instanceof LinkChange.Master(int master)) {
      message.attributeInt(IFLA_MASTER, master);
    } else if (change instanceof LinkChange.NoMaster) {
      message.attributeInt(IFLA_MASTER, 0);
    } else if (change instanceof LinkChange.Group(int number)) {
      message.attributeInt(IFLA_GROUP, number);
    } else if (change instanceof LinkChange.ArpNotify(boolean on)) {
      int families = message.begin(IFLA_AF_SPEC);
      int family = message.begin(AF_INET);
      int settings = message.begin(IFLA_INET_CONF);
      message.attributeInt(IPV4_DEVCONF_ARP_NOTIFY, on ? 1 : 0);
      message.end(settings).end(family).end(families);
    } else if (change instanceof LinkChange.Alias(String text)) {
      // Without a closing zero, since only a value of no bytes removes the alias.
      message.attribute(
          IFLA_IFALIAS, text.isEmpty() ? NOTHING : text.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void writeBridgeOptions(MessageWriter message, LinkChange... changes) {
    int information = message.begin(IFLA_LINKINFO);
    message.attribute(IFLA_INFO_KIND, "bridge");
    int data = message.begin(IFLA_INFO_DATA);
    for (LinkChange change : changes) {
      if (change instanceof LinkChange.VlanFiltering(boolean on)) {
        message.attributeByte(IFLA_BR_VLAN_FILTERING, on ? 1 : 0);
      } else if (change instanceof LinkChange.DefaultPvid(int id)) {
        message.attributeShort(IFLA_BR_VLAN_DEFAULT_PVID, id);
      }
    }
    message.end(data).end(information);
  }

  private static MessageWriter portOptions(int index, LinkChange... changes) {
    MessageWriter message = start(index, 0, 0);
    int information = message.begin(IFLA_LINKINFO);
    message.attribute(IFLA_INFO_SLAVE_KIND, "bridge");
    int data = message.begin(IFLA_INFO_SLAVE_DATA);
    for (LinkChange change : changes) {
      if (change instanceof LinkChange.Hairpin(boolean on)) {
        message.attributeByte(IFLA_BRPORT_MODE, on ? 1 : 0);
      } else if (change instanceof LinkChange.Isolated(boolean on)) {
        message.attributeByte(IFLA_BRPORT_ISOLATED, on ? 1 : 0);
      }
    }
    return message.end(data).end(information);
  }

  /** The changes in words, to follow "cannot set". */
  static String inWords(LinkChange... changes) {
    StringBuilder words = new StringBuilder();
    for (LinkChange change : changes) {
      words.append(words.isEmpty() ? "" : ", ");
      switch (change) {
        case LinkChange.Up() -> words.append("up");
        case LinkChange.Down() -> words.append("down");
        case LinkChange.Mtu(int bytes) -> words.append("mtu ").append(bytes);
        case LinkChange.Mac(var mac) -> words.append("address ").append(mac);
        case LinkChange.Rename(String name) -> words.append("name ").append(name);
        case LinkChange.Master(int master) -> words.append("master ").append(master);
        case LinkChange.NoMaster() -> words.append("no master");
        case LinkChange.Promiscuous(boolean on) -> words.append("promiscuous ").append(onOff(on));
        case LinkChange.Alias(String text) -> words.append("alias '").append(text).append('\'');
        case LinkChange.Group(int number) -> words.append("group ").append(number);
        case LinkChange.ArpNotify(boolean on) -> words.append("ARP notify ").append(onOff(on));
        case LinkChange.Hairpin(boolean on) -> words.append("hairpin ").append(onOff(on));
        case LinkChange.Isolated(boolean on) -> words.append("isolated ").append(onOff(on));
        case LinkChange.VlanFiltering(boolean on) ->
            words.append("VLAN filtering ").append(onOff(on));
        case LinkChange.DefaultPvid(int id) -> words.append("default PVID ").append(id);
      }
    }
    return words.toString();
  }

  private static String onOff(boolean on) {
    return on ? "on" : "off";
  }
}

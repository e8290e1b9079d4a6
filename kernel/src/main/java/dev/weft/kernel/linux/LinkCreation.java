package dev.weft.kernel.linux;

import static dev.weft.kernel.linux.LinkAttributes.*;
import static dev.weft.kernel.linux.Rtnetlink.*;
import static dev.weft.kernel.netlink.MessageWriter.NLM_F_CREATE;
import static dev.weft.kernel.netlink.MessageWriter.NLM_F_EXCL;

import dev.weft.kernel.NewLink;
import dev.weft.kernel.netlink.MessageWriter;
import dev.weft.net.MacAddress;
import java.util.Optional;
import java.util.OptionalInt;

/** Writes the messages that create links. */
final class LinkCreation {
  private LinkCreation() {}

  static MessageWriter of(NewLink.Bridge bridge) {
    MessageWriter message = LinkMessages.about(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
    identity(message, bridge.name(), bridge.mac(), bridge.mtu());
    message.attributeInt(IFLA_GROUP, bridge.group());
    int information = message.begin(IFLA_LINKINFO);
    message.attribute(IFLA_INFO_KIND, "bridge");
    if (bridge.vlanFiltering()) {
      int data = message.begin(IFLA_INFO_DATA);
      message.attributeByte(IFLA_BR_VLAN_FILTERING, 1);
      message.end(data);
    }
    return message.end(information);
  }

  /**
   * Creates both ends at once, the peer where a descriptor of its namespace says. Neither can be up
   * yet: the kernel refuses that for a peer.
   */
  static MessageWriter of(NewLink.Veth veth, int peerNamespace) {
    NewLink.Peer peer = veth.peer();
    MessageWriter message = LinkMessages.about(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
    identity(message, veth.name(), veth.mac(), veth.mtu());
    message.attributeInt(IFLA_GROUP, veth.group());
    oneQueue(message);
    int information = message.begin(IFLA_LINKINFO);
    message.attribute(IFLA_INFO_KIND, "veth");
    int data = message.begin(IFLA_INFO_DATA);
    int other = message.begin(VETH_INFO_PEER);
    LinkMessages.header(message, AF_UNSPEC, 0);
    identity(message, peer.name(), peer.mac(), peer.mtu());
    message.attributeInt(IFLA_NET_NS_FD, peerNamespace);
    oneQueue(message);
    return message.end(other).end(data).end(information);
  }

  private static void identity(
      MessageWriter message, String name, Optional<MacAddress> mac, OptionalInt mtu) {
    message.attribute(IFLA_IFNAME, name);
    if (mac.isPresent()) {
      message.attribute(IFLA_ADDRESS, mac.get().toBytes());
    }
    if (mtu.isPresent()) {
      message.attributeInt(IFLA_MTU, mtu.getAsInt());
    }
  }

  private static void oneQueue(MessageWriter message) {
    message.attributeInt(IFLA_NUM_TX_QUEUES, 1).attributeInt(IFLA_NUM_RX_QUEUES, 1);
  }
}

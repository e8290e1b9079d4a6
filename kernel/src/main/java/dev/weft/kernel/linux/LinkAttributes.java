package dev.weft.kernel.linux;

/** The attributes of a link's message and of those within it (linux/if_link.h). */
final class LinkAttributes {
  static final int IFLA_ADDRESS = 1;
  static final int IFLA_IFNAME = 3;
  static final int IFLA_MTU = 4;
  static final int IFLA_LINK = 5;
  static final int IFLA_MASTER = 10;
  static final int IFLA_OPERSTATE = 16;
  static final int IFLA_LINKINFO = 18;
  static final int IFLA_IFALIAS = 20;
  static final int IFLA_AF_SPEC = 26;
  static final int IFLA_GROUP = 27;
  static final int IFLA_NET_NS_FD = 28;
  static final int IFLA_EXT_MASK = 29;
  static final int IFLA_NUM_TX_QUEUES = 31;
  static final int IFLA_NUM_RX_QUEUES = 32;
  static final int IFLA_LINK_NETNSID = 37;

  /** In IFLA_LINKINFO. */
  static final int IFLA_INFO_KIND = 1;

  static final int IFLA_INFO_DATA = 2;
  static final int IFLA_INFO_SLAVE_KIND = 4;
  static final int IFLA_INFO_SLAVE_DATA = 5;

  /** In IFLA_INFO_DATA of a veth; holds a whole link message without header. */
  static final int VETH_INFO_PEER = 1;

  /** In the part of IFLA_AF_SPEC that is of AF_INET: settings by their number (linux/ip.h). */
  static final int IFLA_INET_CONF = 1;

  static final int IPV4_DEVCONF_ARP_NOTIFY = 22;

  /** In IFLA_INFO_DATA of a bridge. */
  static final int IFLA_BR_VLAN_FILTERING = 7;

  static final int IFLA_BR_VLAN_DEFAULT_PVID = 39;

  /** In IFLA_INFO_SLAVE_DATA of a bridge's port. */
  static final int IFLA_BRPORT_MODE = 4;

  static final int IFLA_BRPORT_ISOLATED = 33;

  /** In IFLA_EXT_MASK: what to tell of a link. */
  static final int RTEXT_FILTER_BRVLAN_COMPRESSED = 1 << 2;

  static final int RTEXT_FILTER_SKIP_STATS = 1 << 3;

  static final int IFF_UP = 0x1;
  static final int IFF_PROMISC = 0x100;

  /** Of ifi_type (linux/if_arp.h). */
  static final int ARPHRD_LOOPBACK = 772;

  /** The bytes of struct ifinfomsg. */
  static final int HEADER = 16;

  private LinkAttributes() {}
}

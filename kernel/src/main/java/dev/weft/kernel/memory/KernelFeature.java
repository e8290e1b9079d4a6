package dev.weft.kernel.memory;

/** What a kernel may have been built without. */
public enum KernelFeature {
  /** Bridges that keep VLANs apart: CONFIG_BRIDGE_VLAN_FILTERING. */
  VLAN_FILTERING,

  /** nftables of the families inet, ip and ip6, with NAT: CONFIG_NF_TABLES_INET and others. */
  NFTABLES_FOR_IP,

  /** nftables of the family bridge: CONFIG_NF_TABLES_BRIDGE. */
  NFTABLES_FOR_BRIDGES,

  /** The tables of iptables, of either kind. */
  IPTABLES
}

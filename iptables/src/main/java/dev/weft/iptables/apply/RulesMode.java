package dev.weft.iptables.apply;

/** What Services become in the kernel. */
public enum RulesMode {
  /** Chains of iptables, in the shape of kube-proxy's mode of that name. */
  IPTABLES,
  /** One table of nftables, whose elements alone change. */
  NFTABLES
}

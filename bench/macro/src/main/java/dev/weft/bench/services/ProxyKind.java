package dev.weft.bench.services;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** A program that serves a node's Services, and the mode that it does so in. */
public enum ProxyKind {
  WEFT_NFTABLES(true, "nftables", ""),
  WEFT_IPTABLES(true, "iptables", "nft"),
  WEFT_IPTABLES_LEGACY(true, "iptables", "legacy"),
  KUBE_PROXY_NFTABLES(false, "nftables", ""),
  KUBE_PROXY_IPTABLES(false, "iptables", "nft"),
  KUBE_PROXY_IPTABLES_LEGACY(false, "iptables", "legacy");

  private final boolean ours;
  private final String mode;
  private final String variant;

  ProxyKind(boolean ours, String mode, String variant) {
    this.ours = ours;
    this.mode = mode;
    this.variant = variant;
  }

  /** What it is called in reports and options. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whether it is Weft. */
  public boolean isOurs() {
    return ours;
  }

  /** Which iptables it finds: {@code nft}, {@code legacy}, or none in particular. */
  String variant() {
    return variant;
  }

  /**
   * Its command line.
   *
   * @param configuration of which each kind is told the mode by itself: ours by options, the peer
   *     by a file
   */
  List<String> command(Path program, Path kubeconfig, Path configuration) {
    return ours
        ? List.of(
            program.toString(),
            "services",
            "sync",
            "--watch",
            "--kubeconfig=" + kubeconfig,
            "--node=" + configuration,
            "--mode=" + mode)
        : List.of(program.toString(), "--config=" + configuration);
  }

  /**
   * What its configuration file says: none waits between one change and the next, and 0 would mean
   * the default.
   */
  String configuration(Path kubeconfig) {
    return ours
        ? """
        name: %s
        addresses: [{address: %s, primary: true}]
        detectLocal: {mode: ClusterCIDR, cidrs: [%s]}
        serviceCIDRs: [%s]
        """
            .formatted(Cluster.NODE, Cluster.NODE_ADDRESS, Cluster.POD_CIDR, Cluster.SERVICE_CIDR)
        : """
        apiVersion: kubeproxy.config.k8s.io/v1alpha1
        kind: KubeProxyConfiguration
        clientConnection: {kubeconfig: "%s"}
        mode: %s
        hostnameOverride: %s
        detectLocalMode: ClusterCIDR
        clusterCIDR: %s
        healthzBindAddress: "127.0.0.1:10256"
        metricsBindAddress: "127.0.0.1:10249"
        conntrack: {maxPerCore: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
        iptables: {minSyncPeriod: 1ms, syncPeriod: 30s}
        nftables: {minSyncPeriod: 1ms, syncPeriod: 30s}
        """
            .formatted(kubeconfig, mode, Cluster.NODE, Cluster.POD_CIDR);
  }
}

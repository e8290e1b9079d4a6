package dev.weft.services;

import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A Service of the API group {@code v1}, as far as it matters to who serves it.
 *
 * @param clusterIps one for each family that it has, the first family first; empty if it is
 *     headless
 * @param affinity how long a client keeps its endpoint after its last new connection; nothing for
 *     {@code sessionAffinity: None}
 * @param ingress what {@code status.loadBalancer} names
 * @param sourceRanges of both families, as {@code loadBalancerSourceRanges} has them
 * @param healthCheckNodePort 0 for none
 * @param proxyName the label {@code service.kubernetes.io/service-proxy-name}: somebody else serves
 *     it
 */
public record Service(
    ObjectName name,
    Type type,
    List<IpAddress> clusterIps,
    List<Port> ports,
    List<IpAddress> externalIps,
    TrafficPolicy internalTrafficPolicy,
    TrafficPolicy externalTrafficPolicy,
    Optional<Duration> affinity,
    List<Ingress> ingress,
    List<IpPrefix> sourceRanges,
    int healthCheckNodePort,
    Optional<String> proxyName)
    implements ServiceObject {

  public Service {
    clusterIps = List.copyOf(clusterIps);
    ports = List.copyOf(ports);
    externalIps = List.copyOf(externalIps);
    ingress = List.copyOf(ingress);
    sourceRanges = List.copyOf(sourceRanges);
  }

  /** How it can be reached; each has what stands before it as well, but for the last. */
  public enum Type {
    CLUSTER_IP,
    NODE_PORT,
    LOAD_BALANCER,
    /** A name in DNS; nothing is served. */
    EXTERNAL_NAME
  }

  /**
   * One of its ports.
   *
   * @param name empty if it is the only one and has none
   * @param nodePort 0 for none
   */
  public record Port(String name, Protocol protocol, int port, int nodePort) {}

  /**
   * An address of the load balancer; those that are only a hostname are none.
   *
   * @param viaProxy {@code ipMode: Proxy}: packets to it shall go there, even from this node
   */
  public record Ingress(IpAddress address, boolean viaProxy) {}

  /** Whether anything of it is to be served here: it has addresses, and nobody else serves it. */
  public boolean isServed() {
    return type != Type.EXTERNAL_NAME && !clusterIps.isEmpty() && proxyName.isEmpty();
  }
}

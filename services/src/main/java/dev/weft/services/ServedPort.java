package dev.weft.services;

import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What a node must do for one port of a Service in one family: where packets may be sent to, and
 * where they go. The families of a Service have nothing to do with each other.
 *
 * @param portName empty if the Service has one port without a name
 * @param externalIps that are the node's to serve, as {@code spec.externalIPs} names them
 * @param loadBalancerIps of the load balancer, without those that are behind a proxy
 * @param nodePort 0 for none
 * @param sourceRanges from where the load balancer's addresses may be reached; empty: from
 *     anywhere. Those of the other family do not count, so a Service that has only such is open
 * @param healthCheckNodePort where the health of this node's endpoints is told; 0 for nowhere
 */
public record ServedPort(
    ObjectName service,
    String portName,
    Protocol protocol,
    IpFamily family,
    IpAddress clusterIp,
    int port,
    List<IpAddress> externalIps,
    List<IpAddress> loadBalancerIps,
    int nodePort,
    TrafficPolicy internalPolicy,
    TrafficPolicy externalPolicy,
    Optional<Duration> affinity,
    List<IpPrefix> sourceRanges,
    int healthCheckNodePort,
    BackendSets backends)
    implements Comparable<ServedPort> {

  public ServedPort {
    externalIps = List.copyOf(externalIps);
    loadBalancerIps = List.copyOf(loadBalancerIps);
    sourceRanges = List.copyOf(sourceRanges);
  }

  /**
   * The ports of a Service as this node serves them, those of one family together; none if it is
   * not to be served here.
   *
   * @param slices all those of the Service, in any order
   */
  public static List<ServedPort> of(
      Service service, Collection<EndpointSlice> slices, NodeIdentity node) {
    List<ServedPort> served = new ArrayList<>();
    if (service.isServed()) {
      for (IpAddress clusterIp : service.clusterIps()) {
        for (Service.Port port : service.ports()) {
          served.add(of(service, clusterIp, port, slices, node));
        }
      }
    }
    return served;
  }

  private static ServedPort of(
      Service service,
      IpAddress clusterIp,
      Service.Port port,
      Collection<EndpointSlice> slices,
      NodeIdentity node) {
    IpFamily family = clusterIp.family();
    boolean balanced = service.type() == Service.Type.LOAD_BALANCER;
    boolean hasExternal =
        service.type() != Service.Type.CLUSTER_IP || !service.externalIps().isEmpty();
    TrafficPolicy externalPolicy =
        hasExternal ? service.externalTrafficPolicy() : TrafficPolicy.CLUSTER;
    boolean tellsHealth = balanced && externalPolicy == TrafficPolicy.LOCAL;
    return new ServedPort(
        service.name(),
        port.name(),
        port.protocol(),
        family,
        clusterIp,
        port.port(),
        ofFamily(family, service.externalIps()),
        balanced ? ofFamily(family, balancerIps(service)) : List.of(),
        service.type() == Service.Type.CLUSTER_IP ? 0 : port.nodePort(),
        service.internalTrafficPolicy(),
        externalPolicy,
        service.affinity(),
        service.sourceRanges().stream().filter(range -> range.family() == family).toList(),
        tellsHealth ? service.healthCheckNodePort() : 0,
        BackendSets.of(port, family, slices, node));
  }

  private static List<IpAddress> balancerIps(Service service) {
    return service.ingress().stream()
        .filter(ingress -> !ingress.viaProxy())
        .map(Service.Ingress::address)
        .toList();
  }

  private static List<IpAddress> ofFamily(IpFamily family, List<IpAddress> addresses) {
    return addresses.stream().filter(address -> address.family() == family).distinct().toList();
  }

  /** Whether packets from outside the cluster can be meant for it. */
  public boolean isExternallyAccessible() {
    return nodePort != 0 || !loadBalancerIps.isEmpty() || !externalIps.isEmpty();
  }

  /**
   * Whether some traffic goes to the endpoints of all nodes. With the policy Local for traffic from
   * outside too: what pods and this node itself send there is not from outside.
   */
  public boolean usesClusterBackends() {
    return internalPolicy == TrafficPolicy.CLUSTER || isExternallyAccessible();
  }

  /** Whether some traffic goes to this node's endpoints only. */
  public boolean usesLocalBackends() {
    return internalPolicy == TrafficPolicy.LOCAL
        || (externalPolicy == TrafficPolicy.LOCAL && isExternallyAccessible());
  }

  /** Where packets to the cluster IP go. */
  public List<Backend> internalBackends() {
    return internalPolicy == TrafficPolicy.LOCAL ? backends.local() : backends.cluster();
  }

  /** Where packets from outside the cluster go. */
  public List<Backend> externalBackends() {
    return externalPolicy == TrafficPolicy.LOCAL ? backends.local() : backends.cluster();
  }

  @Override
  public int compareTo(ServedPort other) {
    int order = service.compareTo(other.service);
    if (order == 0) {
      order = family.compareTo(other.family);
    }
    if (order == 0) {
      order = portName.compareTo(other.portName);
    }
    return order == 0 ? protocol.compareTo(other.protocol) : order;
  }

  /** As kube-proxy calls it in comments: {@code namespace/name:port}. */
  @Override
  public String toString() {
    return portName.isEmpty() ? service.toString() : service + ":" + portName;
  }
}

package dev.weft.services;

import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An EndpointSlice of the API group {@code discovery.k8s.io/v1}: some endpoints of a Service.
 *
 * @param service which the label {@code kubernetes.io/service-name} names, in the slice's namespace
 * @param family of all its endpoints; slices of names ({@code FQDN}) are not served
 */
public record EndpointSlice(
    ObjectName name,
    ObjectName service,
    IpFamily family,
    List<Port> ports,
    List<Endpoint> endpoints)
    implements ServiceObject {

  public EndpointSlice {
    ports = List.copyOf(ports);
    endpoints = List.copyOf(endpoints);
  }

  /**
   * Where its endpoints serve the Service's port of this name.
   *
   * @param name empty for the only port
   */
  public record Port(String name, Protocol protocol, int port) {}

  /**
   * One endpoint.
   *
   * @param address the first; a slice made by hand may name more, which nobody uses
   * @param ready takes new connections; an API that does not say means yes
   * @param serving takes connections, though it may be about to end; unsaid: yes, as for kube-proxy
   * @param terminating is about to end
   * @param forZones which zones it is meant for, by {@code hints}
   * @param forNodes which nodes, likewise
   */
  public record Endpoint(
      IpAddress address,
      Optional<String> nodeName,
      boolean ready,
      boolean serving,
      boolean terminating,
      Set<String> forZones,
      Set<String> forNodes) {

    public Endpoint {
      forZones = Set.copyOf(forZones);
      forNodes = Set.copyOf(forNodes);
    }

    /** Whether it is about to end, and takes connections until then. */
    boolean drains() {
      return serving && terminating;
    }
  }
}

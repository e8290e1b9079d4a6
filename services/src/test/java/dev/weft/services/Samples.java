package dev.weft.services;

import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.services.EndpointSlice.Endpoint;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Objects to test with, of the Service {@code shop/web} if nothing else is said. */
final class Samples {
  static final ObjectName WEB = new ObjectName("shop", "web");
  static final NodeIdentity NODE = new NodeIdentity("here", Optional.of("zone-a"));

  private Samples() {}

  /** Of one port, named http, TCP 80 to 8080. */
  static Service service(Service.Type type, int nodePort) {
    return service(WEB, IpAddress.of("172.30.0.1"), type, nodePort);
  }

  /** The same under another name and address. */
  static Service service(ObjectName name, IpAddress clusterIp, Service.Type type, int nodePort) {
    return new Service(
        name,
        type,
        List.of(clusterIp),
        List.of(new Service.Port("http", Protocol.TCP, 80, nodePort)),
        List.of(),
        TrafficPolicy.CLUSTER,
        TrafficPolicy.CLUSTER,
        Optional.empty(),
        List.of(),
        List.of(),
        0,
        Optional.empty());
  }

  static EndpointSlice slice(Endpoint... endpoints) {
    return slice(IpFamily.V4, endpoints);
  }

  static EndpointSlice slice(IpFamily family, Endpoint... endpoints) {
    return slice(new ObjectName("shop", "web-1"), WEB, family, endpoints);
  }

  static EndpointSlice slice(
      ObjectName name, ObjectName service, IpFamily family, Endpoint... endpoints) {
    return new EndpointSlice(
        name,
        service,
        family,
        List.of(new EndpointSlice.Port("http", Protocol.TCP, 8080)),
        List.of(endpoints));
  }

  static Endpoint ready(String address, String node) {
    return new Endpoint(
        IpAddress.of(address), Optional.of(node), true, true, false, Set.of(), Set.of());
  }

  static Endpoint draining(String address, String node) {
    return new Endpoint(
        IpAddress.of(address), Optional.of(node), false, true, true, Set.of(), Set.of());
  }

  static Endpoint gone(String address, String node) {
    return new Endpoint(
        IpAddress.of(address), Optional.of(node), false, false, false, Set.of(), Set.of());
  }

  static Endpoint hinted(Endpoint endpoint, Set<String> zones, Set<String> nodes) {
    return new Endpoint(
        endpoint.address(),
        endpoint.nodeName(),
        endpoint.ready(),
        endpoint.serving(),
        endpoint.terminating(),
        zones,
        nodes);
  }
}

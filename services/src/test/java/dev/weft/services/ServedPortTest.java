package dev.weft.services;

import static dev.weft.services.Samples.NODE;
import static dev.weft.services.Samples.ready;
import static dev.weft.services.Samples.service;
import static dev.weft.services.Samples.slice;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ServedPortTest {

  private static ServedPort only(Service service) {
    List<ServedPort> ports =
        ServedPort.of(
            service, List.of(slice(ready("10.0.0.1", "here"), ready("10.0.1.1", "there"))), NODE);
    assertEquals(1, ports.size());
    return ports.getFirst();
  }

  /**
   * A load balancer of both policies, with an address behind a proxy and ranges of both families.
   */
  private static Service balanced(TrafficPolicy internal, TrafficPolicy external) {
    Service plain = service(Service.Type.LOAD_BALANCER, 30080);
    return new Service(
        plain.name(),
        plain.type(),
        List.of(IpAddress.of("172.30.0.1"), IpAddress.of("fd00:96::1")),
        plain.ports(),
        List.of(IpAddress.of("192.0.2.1"), IpAddress.of("2001:db8::1"), IpAddress.of("192.0.2.1")),
        internal,
        external,
        Optional.empty(),
        List.of(
            new Service.Ingress(IpAddress.of("192.0.2.80"), false),
            new Service.Ingress(IpAddress.of("192.0.2.81"), true)),
        List.of(IpPrefix.of("203.0.113.0/24")),
        31999,
        Optional.empty());
  }

  @Test
  void aClusterIpIsNotAccessibleFromOutside() {
    ServedPort port = only(service(Service.Type.CLUSTER_IP, 0));
    assertEquals("shop/web:http", port.toString());
    assertFalse(port.isExternallyAccessible());
    assertTrue(port.usesClusterBackends());
    assertFalse(port.usesLocalBackends());
    assertEquals(2, port.internalBackends().size());
  }

  @Test
  void eachFamilyIsServedForItself() {
    List<ServedPort> ports =
        ServedPort.of(
            balanced(TrafficPolicy.CLUSTER, TrafficPolicy.LOCAL),
            List.of(slice(ready("10.0.0.1", "here"))),
            NODE);
    assertEquals(
        List.of(IpFamily.V4, IpFamily.V6), ports.stream().map(ServedPort::family).toList());
    ServedPort v4 = ports.getFirst();
    assertEquals(List.of(IpAddress.of("192.0.2.1")), v4.externalIps());
    assertEquals(List.of(IpAddress.of("192.0.2.80")), v4.loadBalancerIps());
    assertEquals(1, v4.sourceRanges().size());
    assertEquals(31999, v4.healthCheckNodePort());
    ServedPort v6 = ports.getLast();
    assertEquals(List.of(IpAddress.of("2001:db8::1")), v6.externalIps());
    assertEquals(List.of(), v6.loadBalancerIps());
    assertEquals(List.of(), v6.sourceRanges(), "those of the other family restrict nobody");
    assertEquals(BackendSets.NONE, v6.backends());
  }

  @Test
  void withThePolicyLocalForBothSomeTrafficStillGoesAnywhere() {
    ServedPort port =
        ServedPort.of(
                balanced(TrafficPolicy.LOCAL, TrafficPolicy.LOCAL),
                List.of(slice(ready("10.0.0.1", "here"), ready("10.0.1.1", "there"))),
                NODE)
            .getFirst();
    assertTrue(port.usesClusterBackends());
    assertTrue(port.usesLocalBackends());
    assertEquals(1, port.internalBackends().size());
    assertEquals(1, port.externalBackends().size());
  }

  @Test
  void healthIsToldOnlyOfABalancerWithThePolicyLocal() {
    Service cluster = balanced(TrafficPolicy.CLUSTER, TrafficPolicy.CLUSTER);
    assertEquals(0, ServedPort.of(cluster, List.of(), NODE).getFirst().healthCheckNodePort());
  }

  @Test
  void aClusterIpIgnoresWhatIsOfOtherTypes() {
    Service plain = service(Service.Type.CLUSTER_IP, 30080);
    Service local =
        new Service(
            plain.name(),
            plain.type(),
            plain.clusterIps(),
            plain.ports(),
            List.of(),
            TrafficPolicy.CLUSTER,
            TrafficPolicy.LOCAL,
            Optional.empty(),
            List.of(new Service.Ingress(IpAddress.of("192.0.2.80"), false)),
            List.of(),
            31999,
            Optional.empty());
    ServedPort port = only(local);
    assertEquals(0, port.nodePort());
    assertEquals(List.of(), port.loadBalancerIps());
    assertEquals(TrafficPolicy.CLUSTER, port.externalPolicy());
  }

  @Test
  void whatOthersServeOrNobodyIsNotServed() {
    Service plain = service(Service.Type.CLUSTER_IP, 0);
    for (Service other :
        List.of(
            service(Service.Type.EXTERNAL_NAME, 0),
            with(plain, List.of(), Optional.empty()),
            with(plain, plain.clusterIps(), Optional.of("other")))) {
      assertEquals(List.of(), ServedPort.of(other, List.of(), NODE));
    }
  }

  private static Service with(
      Service service, List<IpAddress> clusterIps, Optional<String> proxyName) {
    return new Service(
        service.name(),
        service.type(),
        clusterIps,
        service.ports(),
        service.externalIps(),
        service.internalTrafficPolicy(),
        service.externalTrafficPolicy(),
        service.affinity(),
        service.ingress(),
        service.sourceRanges(),
        service.healthCheckNodePort(),
        proxyName);
  }
}

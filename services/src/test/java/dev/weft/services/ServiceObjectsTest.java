package dev.weft.services;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import dev.weft.services.EndpointSlice.Endpoint;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Objects are read as the API means them; what is wrong with one is said, and costs only it. */
class ServiceObjectsTest {
  private static final String WEB =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web, namespace: shop}
      spec:
        clusterIP: 10.200.0.1
        ports: [{port: 80}]
      """;

  private static final String SLICE =
      """
      apiVersion: discovery.k8s.io/v1
      kind: EndpointSlice
      metadata: {name: web-1, namespace: shop, labels: {kubernetes.io/service-name: web}}
      addressType: IPv4
      ports: [{port: 8080}]
      endpoints: [{addresses: [10.1.0.1]}]
      """;

  @Test
  void everyKindOfServiceIsRead() throws IOException {
    ServiceObjects objects;
    try (InputStream town = Objects.requireNonNull(getClass().getResourceAsStream("town.yaml"))) {
      objects = ServiceObjects.of(Manifests.parse(town.readAllBytes(), "town.yaml"));
    }
    assertEquals(List.of(), objects.problems());
    assertEquals(
        List.of(
            new Service(
                new ObjectName("market", "bakery"),
                Service.Type.NODE_PORT,
                List.of(IpAddress.of("10.200.0.11"), IpAddress.of("fd00:200::11")),
                List.of(
                    new Service.Port("shop", Protocol.TCP, 80, 31080),
                    new Service.Port("orders", Protocol.UDP, 5353, 31080)),
                List.of(),
                TrafficPolicy.CLUSTER,
                TrafficPolicy.CLUSTER,
                Optional.empty(),
                List.of(),
                List.of(),
                0,
                Optional.empty()),
            new Service(
                new ObjectName("harbour", "ferry"),
                Service.Type.LOAD_BALANCER,
                List.of(IpAddress.of("10.200.0.12")),
                List.of(new Service.Port("", Protocol.SCTP, 2222, 0)),
                List.of(IpAddress.of("198.51.100.9")),
                TrafficPolicy.LOCAL,
                TrafficPolicy.LOCAL,
                Optional.of(Duration.ofSeconds(90)),
                List.of(
                    new Service.Ingress(IpAddress.of("192.0.2.1"), false),
                    new Service.Ingress(IpAddress.of("192.0.2.2"), true)),
                List.of(IpPrefix.of("203.0.113.0/24"), IpPrefix.of("2001:db8::/32")),
                32001,
                Optional.empty()),
            withoutPorts("harbour", "peers", Service.Type.CLUSTER_IP, Optional.empty()),
            withoutPorts("default", "elsewhere", Service.Type.EXTERNAL_NAME, Optional.of("other"))),
        objects.services());
    assertEquals(
        List.of(
            new EndpointSlice(
                new ObjectName("market", "bakery-x7k2p"),
                new ObjectName("market", "bakery"),
                IpFamily.V4,
                List.of(
                    new EndpointSlice.Port("shop", Protocol.TCP, 8080),
                    new EndpointSlice.Port("orders", Protocol.UDP, 5300)),
                List.of(
                    new Endpoint(
                        IpAddress.of("10.1.4.7"),
                        Optional.of("oven-1"),
                        true,
                        true,
                        false,
                        Set.of("north"),
                        Set.of()),
                    new Endpoint(
                        IpAddress.of("10.1.5.9"),
                        Optional.of("oven-2"),
                        false,
                        true,
                        true,
                        Set.of(),
                        Set.of()),
                    new Endpoint(
                        IpAddress.of("10.1.6.2"),
                        Optional.empty(),
                        true,
                        true,
                        false,
                        Set.of(),
                        Set.of())))),
        objects.slices());
  }

  private static Service withoutPorts(
      String namespace, String name, Service.Type type, Optional<String> proxyName) {
    return new Service(
        new ObjectName(namespace, name),
        type,
        List.of(),
        List.of(),
        List.of(),
        TrafficPolicy.CLUSTER,
        TrafficPolicy.CLUSTER,
        Optional.empty(),
        List.of(),
        List.of(),
        0,
        proxyName);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "name: web       | name: Web      | metadata.name is \"Web\", but should be up to 63"
            + " lower-case letters, digits and, within, hyphens",
        "name: web       | x: y           | metadata.name is missing, but should be up to 63"
            + " lower-case letters, digits and, within, hyphens",
        "name: web       | name: 80       | metadata.name is 80, but should be a string, in quotes",
        "namespace: shop | namespace: ../x | metadata.namespace is \"../x\", but should be up to 63"
            + " lower-case letters, digits and, within, hyphens",
        "10.200.0.1      | 10.200.00.1    | spec.clusterIP is \"10.200.00.1\", but should be an IP"
            + " address, without zeros in front of its numbers",
        "10.200.0.1      | 127.0.0.1      | spec.clusterIP is \"127.0.0.1\", but should be neither"
            + " unspecified, loopback, link-local nor multicast",
        "'clusterIP: 10.200.0.1' | x: y   | spec.clusterIP is missing, but should be an address,"
            + " which only an API server would assign, or None",
        "'clusterIP: 10.200.0.1' | 'clusterIPs: [10.200.0.1, 10.200.0.2]' | spec.clusterIPs[1] is"
            + " \"10.200.0.2\", but should be the only address of its family",
        "'ports: [{port: 80}]' | ports: [] | spec.ports is [], but should have at least one port",
        "'ports: [{port: 80}]' | ports: 80 | spec.ports is 80, but should be a list",
        "port: 80        | port: 0        | spec.ports[0].port is 0, but should be a whole number"
            + " from 1 to 65535",
        "port: 80        | 'port: \"80\"' | spec.ports[0].port is \"80\", but should be a whole"
            + " number from 1 to 65535, without quotes",
        "port: 80        | port: 80.5     | spec.ports[0].port is 80.5, but should be a whole number"
            + " from 1 to 65535",
        "port: 80        | 'port: 80, name: yes' | spec.ports[0].name is true, but should be a"
            + " string, in quotes",
        "port: 80        | 'port: 80, protocol: tcp' | spec.ports[0].protocol is \"tcp\", but should"
            + " be one of SCTP, TCP, UDP",
        "{port: 80}      | '{port: 80}, {port: 81}' | spec.ports[0].name is missing, but should be"
            + " there, for the Service has several ports",
        "{port: 80}      | '{name: a, port: 80}, {name: b, port: 80}' | spec.ports[1].port is 80,"
            + " but should differ from the other ports of its protocol",
        "spec:           | 'status: 7\nspec:' | status is 7, but should be an object",
        "spec:           | 'spec:\n  externalIPs: [\"::1\"]' | spec.externalIPs[0] is \"::1\", but"
            + " should be neither unspecified, loopback, link-local nor multicast",
        "spec:           | 'spec:\n  loadBalancerSourceRanges: [10.0.0.0]' |"
            + " spec.loadBalancerSourceRanges[0] is \"10.0.0.0\", but should be a network, such as"
            + " 203.0.113.0/24",
        "apiVersion: v1  | apiVersion: v2 | apiVersion is \"v2\", but should be v1",
      })
  void wrongFieldOfAServiceIsNamedWithWhatWouldBeRight(String from, String to, String problem) {
    String wrong = WEB.replace(from, to);
    ServiceObjects objects =
        parse(wrong + "---\n" + WEB.replace("web", "api").replace("200.0.1", "200.0.9"));
    assertEquals(List.of(new ObjectName("shop", "api")), names(objects));
    assertEquals(1, objects.problems().size(), objects.problems()::toString);
    Problem first = objects.problems().getFirst();
    assertEquals(Problem.Severity.ERROR, first.severity());
    assertEquals(problem, first.text().replaceFirst("^f, document 1 \\(line 1\\), .*?: ", ""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "10.1.0.1          | fd00::1        | endpoints[0].addresses[0] is \"fd00::1\", but should"
            + " be of the slice's addressType",
        "10.1.0.1          | 010.1.0.1      | endpoints[0].addresses[0] is \"010.1.0.1\", but should"
            + " be an IP address, without zeros in front of its numbers",
        "[10.1.0.1]        | []             | endpoints[0].addresses is [], but should have an"
            + " address",
        "'[10.1.0.1]'      | '[10.1.0.1], conditions: {ready: \"yes\"}' |"
            + " endpoints[0].conditions.ready is \"yes\", but should be true or false, without"
            + " quotes",
        "addressType: IPv4 | addressType: 4 | addressType is 4, but should be a string, in quotes",
        "addressType: IPv4 | x: y           | addressType is missing, but should be IPv4, IPv6 or"
            + " FQDN",
        "discovery.k8s.io/v1 | discovery.k8s.io/v1beta1 | apiVersion is"
            + " \"discovery.k8s.io/v1beta1\", but should be discovery.k8s.io/v1",
      })
  void wrongFieldOfASliceIsNamedWithWhatWouldBeRight(String from, String to, String problem) {
    ServiceObjects objects = parse(SLICE.replace(from, to));
    assertEquals(
        List.of(Problem.error("f, document 1 (line 1), EndpointSlice shop/web-1: " + problem)),
        objects.problems());
    assertEquals(List.of(), objects.slices());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "externalTrafficPolicy: Local | spec.externalTrafficPolicy is Local, but nothing of the"
            + " Service is external: an API server would refuse it",
        "healthCheckNodePort: 30000 | spec.healthCheckNodePort is set, but is only for a"
            + " LoadBalancer whose externalTrafficPolicy is Local: an API server would refuse it",
        "'loadBalancerSourceRanges: [10.0.0.0/8]' | spec.loadBalancerSourceRanges is set, but is"
            + " only for a LoadBalancer: an API server would refuse it",
        "type: NodePort | spec.ports[0].nodePort is missing: only an API server would assign one",
        "'type: ExternalName\n  externalName: 10.0.0.1' | spec.externalName is an address, but"
            + " should be a name of DNS: an API server would refuse it",
      })
  void whatAnApiServerWouldRefuseIsSaidAndServed(String field, String warning) {
    ServiceObjects objects = parse(WEB + "  " + field + "\n");
    assertEquals(
        List.of(
            new Problem(
                Problem.Severity.WARNING, "f, document 1 (line 1), Service shop/web: " + warning)),
        objects.problems());
    assertEquals(List.of(new ObjectName("shop", "web")), names(objects));
  }

  @Test
  void nodePortOfAClusterIpIsNeitherServedNorSilent() {
    ServiceObjects objects = parse(WEB.replace("port: 80", "port: 80, nodePort: 30080"));
    assertEquals(
        List.of(
            Problem.warning(
                "f, document 1 (line 1), Service shop/web: spec.ports[0].nodePort is set, but the"
                    + " type is ClusterIP: an API server would refuse it")),
        objects.problems());
  }

  @Test
  void ofServicesThatClaimTheSameTheFirstIsServed() {
    String other = WEB.replace("name: web", "name: api");
    assertEquals(
        List.of(
            Problem.error(
                "f, document 2 (line 8), Service shop/api: spec.clusterIP is 10.200.0.1, but should"
                    + " differ from that of shop/web")),
        parse(WEB + "---\n" + other).problems());
    String onNodes =
        WEB.replace("spec:", "spec:\n  type: NodePort").replace("80}", "80, nodePort: 30080}");
    String both =
        onNodes
            + "---\n"
            + onNodes.replace("name: web", "name: api").replace("10.200.0.1", "10.200.0.2");
    assertEquals(
        List.of(
            Problem.error(
                "f, document 2 (line 9), Service shop/api: a nodePort is 30080, TCP, but should"
                    + " differ from that of shop/web")),
        parse(both).problems());
  }

  @Test
  void ofOneNameTheLastCounts() {
    ServiceObjects objects = parse(WEB + "---\n" + WEB.replace("80", "81"));
    assertEquals(81, objects.services().getFirst().ports().getFirst().port());
    assertEquals(
        List.of(
            Problem.warning(
                "f, document 2 (line 8), Service shop/web: takes the place of the one in f,"
                    + " document 1 (line 1), Service shop/web")),
        objects.problems());
  }

  @Test
  void endpointsAndSlicesOfNobodyAreMentioned() {
    ServiceObjects objects =
        parse(
            SLICE.replace("kubernetes.io/service-name", "app")
                + "---\n{apiVersion: v1, kind: Endpoints, metadata: {name: web}}\n");
    assertEquals(
        List.of(
            Problem.warning(
                "f, document 1 (line 1), EndpointSlice shop/web-1: metadata.labels has no"
                    + " kubernetes.io/service-name, so its endpoints are of no Service"),
            Problem.warning(
                "f, document 2 (line 8), Endpoints default/web: is not read; write an"
                    + " EndpointSlice instead")),
        objects.problems());
  }

  private static ServiceObjects parse(String text) {
    return ServiceObjects.of(Manifests.parse(text.getBytes(StandardCharsets.UTF_8), "f"));
  }

  private static List<ObjectName> names(ServiceObjects objects) {
    return objects.services().stream().map(Service::name).toList();
  }
}

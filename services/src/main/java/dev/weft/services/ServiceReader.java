package dev.weft.services;

import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import dev.weft.services.Fields.Word;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Reads a Service from its tree, with the API's defaults. What an API server would refuse although
 * its meaning is clear is a warning; what has no clear meaning is refused here too.
 */
final class ServiceReader {
  private static final String PROXY_NAME = "service.kubernetes.io/service-proxy-name";
  private static final int MAX_PORT = 65535;
  private static final int DEFAULT_AFFINITY_SECONDS = 10800;
  private static final int MAX_AFFINITY_SECONDS = 86400;

  static final Map<String, Protocol> PROTOCOLS =
      Map.of("TCP", Protocol.TCP, "UDP", Protocol.UDP, "SCTP", Protocol.SCTP);

  private static final Map<String, Service.Type> TYPES =
      Map.of(
          "ClusterIP", Service.Type.CLUSTER_IP,
          "NodePort", Service.Type.NODE_PORT,
          "LoadBalancer", Service.Type.LOAD_BALANCER,
          "ExternalName", Service.Type.EXTERNAL_NAME);

  private static final Map<String, TrafficPolicy> POLICIES =
      Map.of("Cluster", TrafficPolicy.CLUSTER, "Local", TrafficPolicy.LOCAL);

  private final Fields object;
  private final Fields spec;
  private final Consumer<String> warnings;

  private ServiceReader(Fields object, Consumer<String> warnings) {
    this.object = object;
    this.spec = object.object("spec");
    this.warnings = warnings;
  }

  /**
   * @param warnings takes sentences, each of which begins with the field that it is about
   * @throws FieldException for a field that cannot be what it is
   */
  static Service read(Fields object, Consumer<String> warnings) {
    return new ServiceReader(object, warnings).read();
  }

  private Service read() {
    Metadata metadata = new Metadata(object);
    Service.Type type = spec.choice("type", TYPES, Service.Type.CLUSTER_IP);
    boolean named = type == Service.Type.EXTERNAL_NAME;
    List<IpAddress> clusterIps = named ? List.of() : clusterIps();
    Service service =
        new Service(
            metadata.labelName(),
            type,
            clusterIps,
            ports(!clusterIps.isEmpty()),
            spec.words("externalIPs").stream().map(Word::reachableAddress).toList(),
            spec.choice("internalTrafficPolicy", POLICIES, TrafficPolicy.CLUSTER),
            spec.choice("externalTrafficPolicy", POLICIES, TrafficPolicy.CLUSTER),
            affinity(),
            ingress(),
            sourceRanges(),
            spec.integer("healthCheckNodePort", 0, MAX_PORT, 0),
            metadata.label(PROXY_NAME));
    if (named) {
      checkExternalName();
    } else {
      check(service);
    }
    return service;
  }

  /** None for a headless Service. */
  private List<IpAddress> clusterIps() {
    Word first = spec.word("clusterIP");
    List<Word> words = spec.words("clusterIPs");
    if (words.isEmpty()) {
      words = first.text().isEmpty() ? List.of() : List.of(first);
    } else if (!first.text().isEmpty() && !first.text().equals(words.getFirst().text())) {
      throw first.refused("should be the first of spec.clusterIPs");
    }
    if (words.isEmpty()) {
      throw spec.refused(
          "clusterIP", "should be an address, which only an API server would assign, or None");
    }
    if (words.size() == 1 && words.getFirst().text().equals("None")) {
      return List.of();
    }
    List<IpAddress> addresses = words.stream().map(Word::reachableAddress).toList();
    for (int i = 1; i < addresses.size(); i++) {
      if (i > 1 || addresses.get(i).family() == addresses.getFirst().family()) {
        throw words.get(i).refused("should be the only address of its family");
      }
    }
    return addresses;
  }

  private record PortKey(Protocol protocol, int number) {}

  private List<Service.Port> ports(boolean needed) {
    List<Fields> list = spec.objects("ports");
    if (list.isEmpty() && needed) {
      throw spec.refused("ports", "should have at least one port");
    }
    List<Service.Port> ports = new ArrayList<>();
    Set<String> names = new HashSet<>();
    Set<PortKey> taken = new HashSet<>();
    Set<PortKey> takenOnNodes = new HashSet<>();
    for (Fields fields : list) {
      Service.Port port = port(fields);
      if (port.name().isEmpty() && list.size() > 1) {
        throw fields.refused("name", "should be there, for the Service has several ports");
      }
      if (!names.add(port.name())) {
        throw fields.refused("name", "should differ from those of the other ports");
      }
      if (!taken.add(new PortKey(port.protocol(), port.port()))) {
        throw fields.refused("port", "should differ from the other ports of its protocol");
      }
      if (port.nodePort() != 0
          && !takenOnNodes.add(new PortKey(port.protocol(), port.nodePort()))) {
        throw fields.refused("nodePort", "should differ from the other ones of its protocol");
      }
      ports.add(port);
    }
    return ports;
  }

  private static Service.Port port(Fields fields) {
    if (!fields.has("port")) {
      throw fields.refused("port", "should be a whole number from 1 to " + MAX_PORT);
    }
    return new Service.Port(
        Metadata.portName(fields),
        fields.choice("protocol", PROTOCOLS, Protocol.TCP),
        fields.integer("port", 1, MAX_PORT, 0),
        fields.integer("nodePort", 0, MAX_PORT, 0));
  }

  private Optional<Duration> affinity() {
    boolean sticky = spec.choice("sessionAffinity", Map.of("None", false, "ClientIP", true), false);
    int seconds =
        spec.object("sessionAffinityConfig")
            .object("clientIP")
            .integer("timeoutSeconds", 1, MAX_AFFINITY_SECONDS, DEFAULT_AFFINITY_SECONDS);
    return sticky ? Optional.of(Duration.ofSeconds(seconds)) : Optional.empty();
  }

  private List<Service.Ingress> ingress() {
    List<Service.Ingress> ingress = new ArrayList<>();
    for (Fields fields : object.object("status").object("loadBalancer").objects("ingress")) {
      boolean proxy = fields.choice("ipMode", Map.of("VIP", false, "Proxy", true), false);
      if (!fields.string("ip").isEmpty()) {
        ingress.add(new Service.Ingress(fields.word("ip").address(), proxy));
      }
    }
    return ingress;
  }

  /** Blanks around them are taken by API servers, and host bits. */
  private List<IpPrefix> sourceRanges() {
    return spec.words("loadBalancerSourceRanges").stream()
        .map(
            word ->
                IpPrefix.parse(word.text().strip())
                    .map(IpPrefix::network)
                    .orElseThrow(() -> word.refused("should be a network, such as 203.0.113.0/24")))
        .toList();
  }

  private void checkExternalName() {
    String name = spec.string("externalName");
    if (name.isEmpty()) {
      refusable("externalName is missing, but should be a name of DNS");
    } else if (IpAddress.parse(name).isPresent()) {
      refusable("externalName is an address, but should be a name of DNS");
    }
  }

  private void check(Service service) {
    boolean balanced = service.type() == Service.Type.LOAD_BALANCER;
    boolean external =
        service.type() != Service.Type.CLUSTER_IP || !service.externalIps().isEmpty();
    boolean local = service.externalTrafficPolicy() == TrafficPolicy.LOCAL;
    if (local && !external) {
      refusable("externalTrafficPolicy is Local, but nothing of the Service is external");
    }
    if (service.healthCheckNodePort() != 0 && !(balanced && local)) {
      refusable(
          "healthCheckNodePort is set, but is only for a LoadBalancer"
              + " whose externalTrafficPolicy is Local");
    }
    if (!service.sourceRanges().isEmpty() && !balanced) {
      refusable("loadBalancerSourceRanges is set, but is only for a LoadBalancer");
    }
    checkNodePorts(service);
  }

  private void checkNodePorts(Service service) {
    boolean balanced = service.type() == Service.Type.LOAD_BALANCER;
    boolean allocates = spec.bool("allocateLoadBalancerNodePorts").orElse(true);
    boolean expected = balanced ? allocates : service.type() == Service.Type.NODE_PORT;
    for (int i = 0; i < service.ports().size(); i++) {
      boolean present = service.ports().get(i).nodePort() != 0;
      if (present && service.type() == Service.Type.CLUSTER_IP) {
        refusable("ports[" + i + "].nodePort is set, but the type is ClusterIP");
      } else if (!present && expected && service.isServed()) {
        warnings.accept(
            "spec.ports[" + i + "].nodePort is missing: only an API server would assign one");
      }
    }
  }

  private void refusable(String problem) {
    warnings.accept("spec." + problem + ": an API server would refuse it");
  }
}

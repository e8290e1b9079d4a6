package dev.weft.trace;

import dev.weft.net.IpFamily;
import dev.weft.services.Backend;
import dev.weft.services.EndpointSlice;
import dev.weft.services.EndpointSlice.Endpoint;
import dev.weft.services.ObjectName;
import dev.weft.services.ServedPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What the EndpointSlices of a port say, and why some of their endpoints do not serve it. */
final class EndpointStory {
  private static final int SHOWN = 5;

  private final Cluster cluster;
  private final ServedPort port;

  EndpointStory(Cluster cluster, ServedPort port) {
    this.cluster = cluster;
    this.port = port;
  }

  /** Where an endpoint is: {@code node-1 (this node)}; empty if its slice does not say. */
  static String place(Cluster cluster, ObjectName service, AddressPort endpoint) {
    for (EndpointSlice slice : cluster.slices(service)) {
      for (Endpoint found : slice.endpoints()) {
        if (found.address().equals(endpoint.address()) && found.nodeName().isPresent()) {
          return place(cluster, found);
        }
      }
    }
    return "";
  }

  private static String place(Cluster cluster, Endpoint endpoint) {
    String name = endpoint.nodeName().orElse("");
    String printable = Printable.of(name);
    return name.equals(cluster.node().name()) ? printable + " (this node)" : printable;
  }

  /** Why it has no endpoint at all that takes connections. */
  List<String> whyNone() {
    List<EndpointSlice> all = cluster.slices(port.service());
    List<EndpointSlice> ours = ofFamily(all);
    if (ours.isEmpty()) {
      String label = "the label kubernetes.io/service-name: " + port.service().name();
      String where = " in the namespace " + port.service().namespace();
      return List.of(
          all.isEmpty()
              ? "no EndpointSlice has " + label + where
              : "its EndpointSlices are of the other family only; none is " + family());
    }
    List<String> reasons = new ArrayList<>();
    for (EndpointSlice slice : ours) {
      if (slice.ports().stream().noneMatch(this::isOfPort)) {
        reasons.add(
            "EndpointSlice "
                + slice.name()
                + " has no port "
                + (port.portName().isEmpty() ? "without a name" : "named " + port.portName())
                + " for "
                + port.protocol()
                + ", only "
                + numbers(slice));
      }
    }
    List<String> unfit = unused(Set.of());
    if (reasons.isEmpty() && unfit.isEmpty()) {
      return List.of("its EndpointSlices name no endpoint: no pod fits its selector, maybe");
    }
    reasons.addAll(unfit);
    return reasons;
  }

  private static String numbers(EndpointSlice slice) {
    List<String> numbers = new ArrayList<>();
    for (EndpointSlice.Port target : slice.ports()) {
      String name = target.name().isEmpty() ? "" : " (" + target.name() + ")";
      numbers.add(target.port() + "/" + target.protocol() + name);
    }
    return numbers.isEmpty() ? "none at all" : String.join(", ", numbers);
  }

  /** Those that do not serve, a sentence each: {@code 10.0.2.23:8080 on node-3: terminating}. */
  List<String> unused(Set<AddressPort> used) {
    TreeMap<Backend, String> reasons = new TreeMap<>();
    for (EndpointSlice slice : ofFamily(cluster.slices(port.service()))) {
      for (EndpointSlice.Port target : slice.ports()) {
        if (isOfPort(target)) {
          for (Endpoint endpoint : slice.endpoints()) {
            AddressPort at = new AddressPort(endpoint.address(), target.port());
            if (!used.contains(at)) {
              reasons.put(new Backend(at.address(), at.port(), false), whyUnused(at, endpoint));
            }
          }
        }
      }
    }
    List<String> lines = new ArrayList<>();
    for (String reason : reasons.values()) {
      if (lines.size() == SHOWN && reasons.size() > SHOWN + 1) {
        lines.add("and " + (reasons.size() - SHOWN) + " more that do not serve it");
        break;
      }
      lines.add(reason);
    }
    return lines;
  }

  private String whyUnused(AddressPort at, Endpoint endpoint) {
    String node = place(cluster, endpoint);
    String where = node.isEmpty() ? "" : " on " + node;
    return at + where + ": " + state(endpoint, at);
  }

  private String state(Endpoint endpoint, AddressPort at) {
    if (!endpoint.ready()) {
      String doing = endpoint.terminating() ? "terminating" : "not ready";
      return endpoint.terminating() && endpoint.serving()
          ? "terminating, and others are ready"
          : doing;
    }
    boolean ofCluster =
        port.backends().cluster().stream()
            .anyMatch(
                backend -> backend.address().equals(at.address()) && backend.port() == at.port());
    if (ofCluster) {
      return "not on this node, as the policy Local wants it";
    }
    return endpoint.forNodes().isEmpty()
        ? "meant for " + names(endpoint.forZones()) + " by its hints, not for this zone"
        : "meant for " + names(endpoint.forNodes()) + " by its hints, not for this node";
  }

  private static String names(Set<String> names) {
    return Printable.of(String.join(", ", new TreeSet<>(names)));
  }

  /** On which other nodes endpoints are that this node must not use. */
  String elsewhere() {
    Set<String> nodes = new TreeSet<>();
    for (Backend backend : port.backends().cluster()) {
      String place =
          place(cluster, port.service(), new AddressPort(backend.address(), backend.port()));
      nodes.add(place.isEmpty() ? "no node that is known" : place);
    }
    return String.join(", ", nodes);
  }

  private List<EndpointSlice> ofFamily(List<EndpointSlice> slices) {
    return slices.stream().filter(slice -> slice.family() == port.family()).toList();
  }

  private boolean isOfPort(EndpointSlice.Port target) {
    return target.name().equals(port.portName()) && target.protocol() == port.protocol();
  }

  private String family() {
    return port.family() == IpFamily.V4 ? "IPv4" : "IPv6";
  }

  /** At which port its endpoints listen, if it is one. */
  Optional<Integer> targetPort() {
    Set<Integer> targets = new TreeSet<>();
    port.backends().cluster().forEach(backend -> targets.add(backend.port()));
    return targets.size() == 1 ? targets.stream().findFirst() : Optional.empty();
  }
}

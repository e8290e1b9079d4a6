package dev.weft.trace;

import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.services.EndpointSlice;
import dev.weft.services.Node;
import dev.weft.services.ObjectName;
import dev.weft.services.Problem;
import dev.weft.services.ServedPort;
import dev.weft.services.Service;
import dev.weft.services.ServiceCatalog;
import dev.weft.services.ServiceObjects;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The objects that there are, and the node that a packet meets. */
final class Cluster {
  private final Node node;
  private final List<Service> services;
  private final int refused;
  private final List<ServedPort> ports;
  private final Map<ObjectName, List<EndpointSlice>> slices = new HashMap<>();
  private final Map<String, ServedPort> byLabel = new HashMap<>();
  private final Set<IpAddress> own = new HashSet<>();
  private final Set<IpAddress> localEndpoints = new HashSet<>();

  Cluster(ServiceObjects objects, Node node) {
    this.node = node;
    this.services = objects.services();
    this.refused =
        (int)
            objects.problems().stream()
                .filter(problem -> problem.severity() == Problem.Severity.ERROR)
                .count();
    ServiceCatalog catalog = new ServiceCatalog(node.identity());
    catalog.replaceAll(objects.services(), objects.slices());
    catalog.takeChanges();
    this.ports = catalog.told();
    for (EndpointSlice slice : objects.slices()) {
      slices.computeIfAbsent(slice.service(), _ -> new ArrayList<>()).add(slice);
      for (EndpointSlice.Endpoint endpoint : slice.endpoints()) {
        if (endpoint.nodeName().equals(Optional.of(node.name()))) {
          localEndpoints.add(endpoint.address());
        }
      }
    }
    for (ServedPort port : ports) {
      byLabel.put(port.family() + port.toString(), port);
    }
    node.addresses().forEach(address -> own.add(address.address()));
  }

  Node node() {
    return node;
  }

  /** What the node is called, for people. */
  String nodeName() {
    return Printable.of(node.name());
  }

  /** All Services, those too that nobody serves here. */
  List<Service> services() {
    return services;
  }

  /** How many objects, or whole files, could not be read. */
  int refused() {
    return refused;
  }

  List<EndpointSlice> slices(ObjectName service) {
    return slices.getOrDefault(service, List.of());
  }

  /** Every slice of every Service. */
  Iterable<List<EndpointSlice>> allSlices() {
    return slices.values();
  }

  /** What this node serves, in both families. */
  List<ServedPort> ports() {
    return ports;
  }

  /** The port that rules call so. */
  Optional<ServedPort> port(String label, IpFamily family) {
    return Optional.ofNullable(byLabel.get(family + label));
  }

  /** Whether an address is one of the node's, loopback addresses among them. */
  boolean isOwn(IpAddress address) {
    return address.isLoopback() || own.contains(address);
  }

  boolean isLocalEndpoint(IpAddress address) {
    return localEndpoints.contains(address);
  }
}

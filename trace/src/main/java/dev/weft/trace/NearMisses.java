package dev.weft.trace;

import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import dev.weft.services.EndpointSlice;
import dev.weft.services.NodePortRanges;
import dev.weft.services.ObjectName;
import dev.weft.services.ServedPort;
import dev.weft.services.Service;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which Services a packet may have been meant for that none of them took, and on which field it
 * failed. Only the nearest are told.
 */
final class NearMisses {
  private static final int SHOWN = 3;

  private final Cluster cluster;
  private final ModeRules rules;
  private final Flow flow;
  private final Sender sender;
  private final IpAddress address;
  private final int number;
  private final List<Miss> misses = new ArrayList<>();

  NearMisses(Cluster cluster, ModeRules rules, Flow flow, Sender sender) {
    this.cluster = cluster;
    this.rules = rules;
    this.flow = flow;
    this.sender = sender;
    this.address = flow.to().address();
    this.number = flow.to().port();
  }

  /** How near it was. */
  private enum Nearness {
    /** Address and port fit. */
    ALL_BUT_ONE,
    ADDRESS,
    PORT,
    NOTHING
  }

  private record Miss(Nearness nearness, String text) {}

  /** Sentences, the nearest first; one if nothing is near. */
  List<String> find() {
    for (Service service : cluster.services()) {
      unserved(service);
    }
    frontends();
    nodePorts();
    endpoints();
    if (misses.isEmpty()) {
      range();
      similar();
    }
    misses.sort(Comparator.comparing(Miss::nearness));
    Set<String> texts = new LinkedHashSet<>();
    for (Miss miss : misses) {
      boolean near = miss.nearness() == misses.getFirst().nearness();
      if (near && texts.size() < SHOWN) {
        texts.add(miss.text());
      }
    }
    if (texts.isEmpty()) {
      texts.add("no Service, node port or endpoint has this address or anything like it");
    }
    if (cluster.refused() > 0) {
      texts.add("but errors are told of the objects, and one may be the Service that is meant");
    }
    return List.copyOf(texts);
  }

  private void miss(Nearness nearness, String text) {
    misses.add(new Miss(nearness, text));
  }

  /** What a Service names without being served there. */
  private void unserved(Service service) {
    String label = service.name().toString();
    boolean listens = service.ports().stream().anyMatch(port -> port.port() == number);
    Nearness near = listens ? Nearness.ALL_BUT_ONE : Nearness.ADDRESS;
    for (Service.Ingress ingress : service.ingress()) {
      if (ingress.address().equals(address)) {
        String is = address + " is a load balancer IP of " + label + ", but ";
        if (ingress.viaProxy()) {
          miss(near, is + "its ipMode is Proxy: it shall go to the load balancer itself");
        } else if (service.type() != Service.Type.LOAD_BALANCER) {
          miss(near, is + "spec.type is not LoadBalancer");
        } else if (!hasFamily(service, address.family())) {
          miss(near, is + "it has no cluster IP of this family, and is not served in it");
        }
      }
    }
    if (service.externalIps().contains(address) && !hasFamily(service, address.family())) {
      miss(
          near,
          address
              + " is an external IP of "
              + label
              + ", but it has no cluster IP of this family, and is not served in it");
    }
    if (service.proxyName().isPresent() && names(service)) {
      miss(
          near,
          address
              + " is an address of "
              + label
              + ", but its label service.kubernetes.io/service-proxy-name is "
              + Printable.of(service.proxyName().get())
              + ": somebody else serves it");
    }
  }

  private static boolean hasFamily(Service service, IpFamily family) {
    return service.clusterIps().stream().anyMatch(ip -> ip.family() == family);
  }

  private boolean names(Service service) {
    boolean nodePort =
        cluster.isOwn(address)
            && service.ports().stream().anyMatch(port -> port.nodePort() == number);
    return nodePort
        || service.clusterIps().contains(address)
        || service.externalIps().contains(address)
        || service.ingress().stream().anyMatch(ingress -> ingress.address().equals(address));
  }

  /** The address is a Service's. */
  private void frontends() {
    Map<ObjectName, List<Frontend>> found = new LinkedHashMap<>();
    for (ServedPort port : cluster.ports()) {
      for (Frontend frontend : Frontend.of(port)) {
        if (frontend.address().equals(address)) {
          found.computeIfAbsent(port.service(), _ -> new ArrayList<>()).add(frontend);
        }
      }
    }
    found.forEach(this::frontend);
  }

  private void frontend(ObjectName service, List<Frontend> frontends) {
    String is = address + " is the " + frontends.getFirst().kind() + " of " + service + ", which ";
    List<String> numbers = new ArrayList<>();
    String hint = "";
    for (Frontend frontend : frontends) {
      ServedPort port = frontend.port();
      if (port.port() == number && port.protocol() == flow.protocol()) {
        String why =
            sender instanceof Sender.OnNode && !port.backends().anywhere()
                ? "has no endpoints; " + rules.mode() + " refuses others, and lets this node try"
                : "no rule of it applies to this packet";
        miss(Nearness.ALL_BUT_ONE, address + ":" + number + " is " + port + ", which " + why);
        return;
      }
      numbers.add(Frontend.number(port));
      hint = hint.isEmpty() ? hint(port) : hint;
    }
    boolean onlyProtocol = frontends.stream().anyMatch(each -> each.port().port() == number);
    miss(
        onlyProtocol ? Nearness.ALL_BUT_ONE : Nearness.ADDRESS,
        is
            + "serves "
            + String.join(", ", numbers)
            + " there, not "
            + number
            + "/"
            + flow.protocol()
            + (onlyProtocol ? ": the protocol differs" : ": the port differs")
            + hint);
  }

  /** What the packet's port is instead. */
  private String hint(ServedPort port) {
    if (port.nodePort() == number) {
      return "; " + number + " is its node port, which addresses of nodes have";
    }
    return new EndpointStory(cluster, port)
        .targetPort()
        .filter(target -> target == number && port.port() != number)
        .map(target -> "; " + target + " is the port of its endpoints")
        .orElse("");
  }

  /** The port is a Service's on nodes. */
  private void nodePorts() {
    for (ServedPort port : cluster.ports()) {
      if (port.nodePort() == number) {
        nodePort(port);
      } else if (port.nodePort() != 0
          && cluster.isOwn(address)
          && port.port() == number
          && port.protocol() == flow.protocol()
          && port.family() == flow.family()) {
        miss(
            Nearness.PORT,
            number + " is the port of " + port + ", but on nodes it has " + port.nodePort());
      }
    }
  }

  private void nodePort(ServedPort port) {
    String is = number + " is the node port of " + port + ", but ";
    boolean ours = cluster.isOwn(address);
    Nearness near = ours ? Nearness.ALL_BUT_ONE : Nearness.PORT;
    if (port.family() != flow.family()) {
      boolean other =
          cluster.ports().stream()
              .anyMatch(
                  each ->
                      each.family() == flow.family()
                          && each.service().equals(port.service())
                          && each.nodePort() == number);
      if (!other) {
        miss(near, is + "the Service has no cluster IP of this packet's family");
      }
    } else if (port.protocol() != flow.protocol()) {
      miss(near, is + "for " + port.protocol() + ", and this is " + flow.protocol());
    } else if (!ours) {
      String own = addresses();
      miss(near, is + address + " is no address of this node" + (own.isEmpty() ? "" : ": " + own));
    } else if (!rules.servesNodePortsAt(address)) {
      miss(near, is + address + " is not served: " + whyNotServed());
    } else {
      miss(
          near,
          is
              + (port.backends().anywhere()
                  ? "no rule of it applies to this packet"
                  : "it has no endpoints"));
    }
  }

  private String whyNotServed() {
    if (address.isLoopback()) {
      return address.isV6()
          ? "IPv6 has no node ports at the loopback address"
          : "localhostNodePorts is off, or nodePortAddresses has other networks";
    }
    return switch (cluster.node().nodePortRanges()) {
      case NodePortRanges.Within(List<IpPrefix> networks) ->
          "nodePortAddresses has only "
              + String.join(", ", networks.stream().map(IpPrefix::toString).toList());
      case NodePortRanges.Primary _, NodePortRanges.Unset _ ->
          "only the node's primary address is, "
              + cluster.node().primary(flow.family()).map(IpAddress::toString).orElse("none");
    };
  }

  private String addresses() {
    return String.join(
        ", ",
        cluster.node().addresses().stream()
            .map(each -> each.address())
            .filter(each -> each.family() == flow.family())
            .map(IpAddress::toString)
            .toList());
  }

  /** The address is an endpoint's. */
  private void endpoints() {
    for (List<EndpointSlice> slices : cluster.allSlices()) {
      for (EndpointSlice slice : slices) {
        if (slice.endpoints().stream().anyMatch(each -> each.address().equals(address))) {
          boolean listens = slice.ports().stream().anyMatch(each -> each.port() == number);
          miss(
              listens ? Nearness.ALL_BUT_ONE : Nearness.ADDRESS,
              listens
                  ? flow.to()
                      + " is itself an endpoint of "
                      + slice.service()
                      + ": no Service leads"
                  : address
                      + " is an endpoint of "
                      + slice.service()
                      + ", but "
                      + number
                      + " is none of its ports");
        }
      }
    }
  }

  private void range() {
    for (IpPrefix range : cluster.node().serviceCidrs()) {
      if (range.contains(address)) {
        miss(
            Nearness.NOTHING,
            address + " is in the range of Services " + range + ", but no Service has it");
      }
    }
  }

  /** Whoever mistypes an address gets most of it right. */
  private void similar() {
    int common = address.family() == IpFamily.V4 ? 16 : 64;
    IpPrefix near = new IpPrefix(address, common);
    cluster.ports().stream()
        .filter(port -> port.port() == number && port.protocol() == flow.protocol())
        .flatMap(port -> Frontend.of(port).stream())
        .filter(frontend -> near.contains(frontend.address()))
        .min(Comparator.comparing(this::distance))
        .ifPresent(
            frontend ->
                miss(
                    Nearness.NOTHING,
                    "the nearest address with this port is "
                        + frontend.address()
                        + ", the "
                        + frontend.kind()
                        + " of "
                        + frontend.port()));
  }

  private BigInteger distance(Frontend frontend) {
    return frontend.address().minus(address).abs();
  }
}

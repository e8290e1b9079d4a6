package dev.weft.iptables.flat;

import dev.weft.iptables.compile.NodeFacts;
import dev.weft.iptables.flat.Word.Way;
import dev.weft.iptables.ruleset.Origin;
import dev.weft.kernel.NftElement;
import dev.weft.kernel.NftValue;
import dev.weft.kernel.nft.SetDefinition;
import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import dev.weft.services.Backend;
import dev.weft.services.Protocol;
import dev.weft.services.ServedPort;
import dev.weft.services.TrafficPolicy;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The elements of one port, without regard to others. */
final class PortElements {
  private static final int LONGEST_COMMENT = 128;

  private final FlatSets sets;
  private final ServedPort port;
  private final Placement placement;
  private final Picks picks;
  private final String label;
  private final NftValue.Protocol protocol;
  private final List<FlatElement> elements = new ArrayList<>();

  private PortElements(FlatSets sets, ServedPort port, Placement placement, Picks picks) {
    this.sets = sets;
    this.port = port;
    this.placement = placement;
    this.picks = picks;
    this.label = port.toString();
    this.protocol = new NftValue.Protocol(number(port.protocol()));
  }

  static List<FlatElement> of(
      FlatSets sets, ServedPort port, Placement placement, NodeFacts node, Picks picks) {
    PortElements all = new PortElements(sets, port, placement, picks);
    all.frontends();
    all.sourceRanges(node);
    all.endpoints();
    return all.elements;
  }

  /** The key that a port's cluster IP has among the frontends. */
  static List<NftValue> clusterFrontend(ServedPort port) {
    return List.of(
        address(port.clusterIp()),
        new NftValue.Protocol(number(port.protocol())),
        new NftValue.Port(port.port()));
  }

  /** What an IP packet calls it. */
  private static int number(Protocol protocol) {
    return switch (protocol) {
      case TCP -> 6;
      case UDP -> 17;
      case SCTP -> 132;
    };
  }

  private void frontends() {
    add(sets.clusterIps(), "cluster IP", address(port.clusterIp()));
    int internal = word(Way.INTERNAL, port.internalPolicy());
    frontend(sets.frontends(), "cluster IP", port.clusterIp(), internal);
    boolean isLocal = port.externalPolicy() == TrafficPolicy.LOCAL;
    int external = word(isLocal ? Way.EXTERNAL_LOCAL : Way.EXTERNAL, port.externalPolicy());
    int near = word(Way.INTERNAL, TrafficPolicy.CLUSTER);
    Set<IpAddress> addresses = new LinkedHashSet<>(port.externalIps());
    addresses.addAll(port.loadBalancerIps());
    for (IpAddress address : addresses) {
      boolean isBalanced = !port.externalIps().contains(address);
      String clause = (isBalanced ? "load balancer IP " : "external IP ") + address;
      if (isBalanced && !port.sourceRanges().isEmpty()) {
        int restricted = word(Way.RESTRICTED, port.externalPolicy());
        frontend(sets.frontends(), clause, address, restricted);
        frontend(sets.restricted(), clause, address, external);
      } else {
        frontend(sets.frontends(), clause, address, external);
      }
      if (isLocal) {
        frontend(sets.nearFrontends(), clause, address, near);
      }
    }
    if (port.nodePort() != 0) {
      String clause = "node port " + port.nodePort();
      List<NftValue> key = List.of(protocol, new NftValue.Port(port.nodePort()));
      named(sets.nodePorts(), clause, key, external);
      if (isLocal) {
        named(sets.nearNodePorts(), clause, key, near);
      }
    }
  }

  private int word(Way way, TrafficPolicy policy) {
    boolean isLocal = policy == TrafficPolicy.LOCAL;
    int number = placement.number();
    return Word.of(way, pick(isLocal), isLocal ? Word.local(number) : Word.cluster(number));
  }

  private int pick(boolean isLocal) {
    int endpoints = (isLocal ? placement.local() : placement.cluster()).size();
    if (endpoints == 0) {
      return port.backends().anywhere() ? Picks.ELSEWHERE : Picks.NOBODY;
    }
    return picks.number(
        port.affinity().isPresent()
            ? new Pick.Sticky(endpoints, placement.namesBelow(), isLocal, port.affinity().get())
            : new Pick.Any(endpoints));
  }

  private void frontend(SetDefinition map, String clause, IpAddress address, int word) {
    named(map, clause, List.of(address(address), protocol, new NftValue.Port(port.port())), word);
  }

  /** An element that people look for. */
  private void named(SetDefinition map, String clause, List<NftValue> key, int word) {
    String comment = label + " " + clause;
    String fitting = comment.substring(0, Math.min(comment.length(), LONGEST_COMMENT));
    Optional<List<NftValue>> value = Optional.of(List.of(new NftValue.Mark(word)));
    put(map, clause, new NftElement(key, Optional.empty(), value, Optional.of(fitting)));
  }

  /** As few ranges as say the same, since the kernel takes none that overlap. */
  private void sourceRanges(NodeFacts node) {
    if (port.loadBalancerIps().isEmpty() || port.sourceRanges().isEmpty()) {
      return;
    }
    TreeSet<IpPrefix> ranges = new TreeSet<>(port.sourceRanges());
    boolean fromNode =
        node.addresses().stream()
            .anyMatch(address -> ranges.stream().anyMatch(range -> range.contains(address)));
    if (fromNode) {
      // Where the balancer's address is one of the node's, packets from here may bear it.
      port.loadBalancerIps().forEach(address -> ranges.add(IpPrefix.host(address)));
    }
    NftValue.Mark set = new NftValue.Mark(Word.cluster(placement.number()));
    Optional<IpPrefix> last = Optional.empty();
    for (IpPrefix range : ranges) {
      // In order a wide one comes before those within it, and prefixes overlap in no other way.
      if (last.filter(wide -> wide.contains(range.first())).isEmpty()) {
        sourceRange(set, range);
        last = Optional.of(range);
      }
    }
  }

  private void sourceRange(NftValue.Mark set, IpPrefix range) {
    NftValue first = NftValue.Raw.of(set, range.first());
    NftValue last = NftValue.Raw.of(set, range.last());
    put(
        sets.sourceRanges(),
        "source range " + range,
        new NftElement(
            List.of(first), Optional.of(List.of(last)), Optional.empty(), Optional.empty()));
  }

  private void endpoints() {
    set(Word.cluster(placement.number()), placement.cluster());
    set(Word.local(placement.number()), placement.local());
    names(placement.cluster(), sets.allEndpoints(), sets.present());
    names(placement.local(), sets.localEndpoints(), sets.presentLocal());
    Set<Backend> used = new TreeSet<>(placement.cluster());
    used.addAll(placement.local());
    for (Backend backend : used) {
      if (backend.local()) {
        NftValue address = address(backend.address());
        NftValue number = new NftValue.Port(backend.port());
        add(sets.hairpins(), "hairpin", address, address, protocol, number);
      }
    }
  }

  private void set(int number, List<Backend> places) {
    NftValue set = new NftValue.Mark(number);
    for (int i = 0; i < places.size(); i++) {
      Backend backend = places.get(i);
      Integer name = placement.names().get(backend);
      map(
          name == null ? sets.endpoints() : sets.numbers(),
          "endpoint " + backend,
          List.of(set, new NftValue.Mark(i)),
          name == null
              ? socket(backend)
              : List.of(new NftValue.Mark(Endpoint.of(placement.number(), name))));
    }
  }

  /** What leads from endpoints' own numbers to them, if they have any. */
  private void names(List<Backend> backends, SetDefinition map, SetDefinition keys) {
    for (Backend backend : backends) {
      Integer name = placement.names().get(backend);
      if (name != null) {
        NftValue endpoint = new NftValue.Mark(Endpoint.of(placement.number(), name));
        String clause = "endpoint " + backend;
        map(map, clause, List.of(endpoint), socket(backend));
        add(keys, clause, endpoint);
      }
    }
  }

  private static List<NftValue> socket(Backend backend) {
    return List.of(address(backend.address()), new NftValue.Port(backend.port()));
  }

  private static NftValue address(IpAddress address) {
    return new NftValue.Address(address);
  }

  private void add(SetDefinition set, String clause, NftValue... key) {
    put(
        set,
        clause,
        new NftElement(List.of(key), Optional.empty(), Optional.empty(), Optional.empty()));
  }

  private void map(SetDefinition map, String clause, List<NftValue> key, List<NftValue> value) {
    put(map, clause, new NftElement(key, Optional.empty(), Optional.of(value), Optional.empty()));
  }

  private void put(SetDefinition set, String clause, NftElement element) {
    elements.add(new FlatElement(set.name(), element, new Origin(label, clause)));
  }
}

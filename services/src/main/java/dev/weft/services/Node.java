package dev.weft.services;

import dev.weft.json.Json;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What is known of a node besides the Services that it serves: what it is, and how its proxy is
 * told to work.
 *
 * @param zone the label {@code topology.kubernetes.io/zone}
 * @param addresses on all its interfaces; those of the loopback need not be among them
 * @param localhostNodePorts whether IPv4 node ports are served at 127.0.0.0/8 too, in iptables mode
 * @param masqueradeAll whether whatever goes to a cluster IP is masqueraded
 * @param serviceCidrs from which the cluster's Services have their addresses; empty if unknown
 * @param tcpBeLiberal the sysctl {@code nf_conntrack_tcp_be_liberal}: packets of TCP that fit no
 *     window are no reason to think that they are of no connection
 */
public record Node(
    String name,
    Optional<String> zone,
    List<Address> addresses,
    LocalPods localPods,
    NodePortRanges nodePortRanges,
    boolean localhostNodePorts,
    boolean masqueradeAll,
    List<IpPrefix> serviceCidrs,
    boolean tcpBeLiberal) {
  private static final int MAX_BYTES = 1 << 20;

  public Node {
    addresses = List.copyOf(addresses);
    serviceCidrs = List.copyOf(serviceCidrs);
  }

  /**
   * One address.
   *
   * @param primary the cluster knows the node by it
   */
  public record Address(IpAddress address, boolean primary) {}

  /**
   * Reads a description of a node, YAML or JSON.
   *
   * @param warnings takes sentences about what is used all the same
   * @throws InputException if there is none, or something in it cannot be what it is
   */
  public static Node read(Path file, Consumer<String> warnings) {
    return of(Manifests.single(file, MAX_BYTES), file.toString(), warnings);
  }

  /**
   * Reads a text.
   *
   * @param label what it is called in errors
   * @param warnings as for {@link #read}
   * @throws InputException if something in it cannot be what it is
   */
  public static Node parse(byte[] utf8, String label, Consumer<String> warnings) {
    return of(ManifestText.single(utf8, label), label, warnings);
  }

  private static Node of(Json.Obj object, String label, Consumer<String> warnings) {
    try {
      return NodeReader.read(Fields.of(object), warning -> warnings.accept(label + ": " + warning));
    } catch (FieldException e) {
      throw new InputException(label + ": " + e.getMessage());
    }
  }

  /** As {@link #read} reads it, YAML. */
  public String print() {
    return NodeText.print(this);
  }

  /** What the choice of endpoints depends on. */
  public NodeIdentity identity() {
    return new NodeIdentity(name, zone);
  }

  /**
   * The address of a family by which the cluster knows the node: one that is marked so, else the
   * first that others can reach; nothing if it has none.
   */
  public Optional<IpAddress> primary(IpFamily family) {
    return addresses.stream()
        .filter(address -> address.primary() && address.address().family() == family)
        .map(Address::address)
        .findFirst()
        .or(() -> firstReachable(family));
  }

  private Optional<IpAddress> firstReachable(IpFamily family) {
    return addresses.stream()
        .map(Address::address)
        .filter(
            address ->
                address.family() == family && !address.isLoopback() && !address.isLinkLocal())
        .findFirst();
  }
}

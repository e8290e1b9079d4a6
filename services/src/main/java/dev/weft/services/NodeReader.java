package dev.weft.services;

import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import dev.weft.services.Fields.Word;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Reads what is known of a node from its tree. */
final class NodeReader {
  private static final String PRIMARY = "primary";
  private static final int LONGEST_INTERFACE = 15; // IFNAMSIZ - 1

  private static final Set<String> KNOWN =
      Set.of(
          "name",
          "zone",
          "addresses",
          "detectLocal",
          "nodePortAddresses",
          "localhostNodePorts",
          "masqueradeAll",
          "serviceCIDRs",
          "conntrackTCPBeLiberal");

  private enum Detection {
    CIDR,
    BRIDGE,
    PREFIX,
    NONE
  }

  private static final Map<String, Detection> DETECTIONS =
      Map.of(
          "ClusterCIDR", Detection.CIDR,
          "NodeCIDR", Detection.CIDR,
          "BridgeInterface", Detection.BRIDGE,
          "InterfaceNamePrefix", Detection.PREFIX,
          "None", Detection.NONE);

  private final Fields object;

  private NodeReader(Fields object) {
    this.object = object;
  }

  /**
   * @param warnings takes sentences, each of which begins with the field that it is about
   * @throws FieldException for a field that cannot be what it is
   */
  static Node read(Fields object, Consumer<String> warnings) {
    for (String key : object.keys()) {
      if (!KNOWN.contains(key)) {
        warnings.accept(key + " is not known of a node, and not heeded");
      }
    }
    return new NodeReader(object).read();
  }

  private Node read() {
    String name = object.string("name");
    if (name.isEmpty()) {
      throw object.refused("name", "should be the name that the cluster knows the node by");
    }
    return new Node(
        name,
        Optional.of(object.string("zone")).filter(zone -> !zone.isEmpty()),
        addresses(),
        localPods(),
        nodePortRanges(),
        object.bool("localhostNodePorts").orElse(true),
        object.bool("masqueradeAll").orElse(false),
        networks(object.words("serviceCIDRs")),
        object.bool("conntrackTCPBeLiberal").orElse(false));
  }

  private List<Node.Address> addresses() {
    List<Node.Address> addresses = new ArrayList<>();
    Set<IpFamily> primary = EnumSet.noneOf(IpFamily.class);
    for (Fields fields : object.objects("addresses")) {
      Word word = fields.word("address");
      IpAddress address = word.address();
      if (address.isUnspecified() || address.isMulticast()) {
        throw word.refused("should be an address that a node can have");
      }
      boolean isPrimary = fields.bool(PRIMARY).orElse(false);
      if (isPrimary && !primary.add(address.family())) {
        throw fields.refused(PRIMARY, "only one address of a family should be it");
      }
      addresses.add(new Node.Address(address, isPrimary));
    }
    return addresses;
  }

  private LocalPods localPods() {
    Fields detection = object.object("detectLocal");
    return switch (detection.choice("mode", DETECTIONS, Detection.NONE)) {
      case CIDR -> new LocalPods.Cidrs(podNetworks(detection));
      case BRIDGE -> new LocalPods.Bridge(interfaceName(detection, "interface", LONGEST_INTERFACE));
      case PREFIX ->
          // In a rule, a + stands behind it.
          new LocalPods.InterfacePrefix(interfaceName(detection, "prefix", LONGEST_INTERFACE - 1));
      case NONE -> new LocalPods.Unknown();
    };
  }

  private static List<IpPrefix> podNetworks(Fields detection) {
    List<Word> words = detection.words("cidrs");
    if (words.isEmpty()) {
      throw detection.refused(
          "cidrs", "should name the network of the pods, one for each family that they have");
    }
    List<IpPrefix> networks = networks(words);
    for (int i = 1; i < networks.size(); i++) {
      if (i > 1 || networks.get(i).family() == networks.getFirst().family()) {
        throw words.get(i).refused("should be the only network of its family");
      }
    }
    return networks;
  }

  private static String interfaceName(Fields detection, String key, int longest) {
    String name = detection.string(key);
    boolean good =
        !name.isEmpty()
            && name.getBytes(StandardCharsets.UTF_8).length <= longest
            && name.charAt(0) != '-'
            && name.charAt(0) != '!'
            && name.chars().noneMatch(c -> c <= ' ' || c == 0x7F || "/\"'\\+".indexOf(c) >= 0);
    if (!good) {
      throw detection.refused(
          key, "should be 1 to " + longest + " characters as in names of interfaces, such as cni0");
    }
    return name;
  }

  private NodePortRanges nodePortRanges() {
    List<Word> words = object.words("nodePortAddresses");
    if (words.isEmpty()) {
      return new NodePortRanges.Unset();
    }
    if (words.size() == 1 && words.getFirst().text().equals(PRIMARY)) {
      return new NodePortRanges.Primary();
    }
    List<IpPrefix> networks = new ArrayList<>();
    for (Word word : words) {
      networks.add(
          network(word)
              .orElseThrow(
                  () ->
                      word.refused(
                          "should be a network, such as 192.168.0.0/24, or primary alone")));
    }
    return new NodePortRanges.Within(networks);
  }

  private static List<IpPrefix> networks(List<Word> words) {
    return words.stream()
        .map(
            word ->
                network(word)
                    .orElseThrow(() -> word.refused("should be a network, such as 10.0.0.0/16")))
        .toList();
  }

  /** A network; its host bits do not matter, and an address alone is a network of one. */
  private static Optional<IpPrefix> network(Word word) {
    return IpPrefix.parse(word.text())
        .map(IpPrefix::network)
        .or(() -> IpAddress.parse(word.text()).map(IpPrefix::host));
  }
}

package dev.weft.plugins.bridge;

import dev.weft.cni.CniArgs;
import dev.weft.cni.CniException;
import dev.weft.cni.ConfigReader;
import dev.weft.cni.ErrorCode;
import dev.weft.cni.NetworkConfig;
import dev.weft.cni.Result;
import dev.weft.cni.ResultFormat;
import dev.weft.iptables.MasqueradeBackend;
import dev.weft.kernel.NewLink;
import dev.weft.net.MacAddress;
import java.util.BitSet;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a configuration asks for, checked as a whole before anything is done.
 *
 * @param network name of the CNI network
 * @param bridge name of the bridge
 * @param ipam the plugin that gives addresses; absent on a network without layer 3
 * @param gateway what the bridge is to the pods; {@code NONE} without IPAM
 * @param forceAddress whether the gateway's address replaces another that stands in its way
 * @param masquerade whether pods leave with the node's address; false without IPAM
 * @param masqueradeBackend absent for whichever the machine has
 * @param mtu of a bridge that is created, and of both ends of the veth; absent for the kernel's
 * @param vlans absent where the bridge does not tell VLANs apart
 * @param spoofCheck whether only frames with the pod's own MAC may enter
 * @param duplicateDetection whether IPv6 addresses wait for it; always where pods choose their own,
 *     which no IPAM keeps apart
 * @param containerUp whether the container's end is set up
 * @param isolated whether the port may not speak to other isolated ports
 * @param mac for the container's end
 * @param dns in place of the IPAM plugin's, unless it is empty
 */
record BridgeConfig(
    String network,
    String bridge,
    Optional<String> ipam,
    Gateway gateway,
    boolean forceAddress,
    boolean masquerade,
    Optional<MasqueradeBackend> masqueradeBackend,
    OptionalInt mtu,
    boolean hairpin,
    boolean promiscuous,
    Optional<PortVlans> vlans,
    boolean spoofCheck,
    boolean duplicateDetection,
    boolean containerUp,
    boolean isolated,
    Optional<MacAddress> mac,
    Result.Dns dns) {

  static final String DEFAULT_BRIDGE = "cni0";

  private static final int LEAST_MTU = 68; // RFC 791: what every IPv4 link must carry
  private static final int MOST_MTU = 65_535; // ETH_MAX_MTU of linux/if_ether.h

  /** What the bridge is to the pods at layer 3. */
  enum Gateway {
    NONE,
    /** The bridge has the gateway's address, and the node forwards. */
    ADDRESS,
    /** And pods without a default route get one through it. */
    DEFAULT_ROUTE
  }

  static BridgeConfig of(NetworkConfig network, CniArgs args) {
    ConfigReader reader = network.reader();
    BridgeConfig config =
        new BridgeConfig(
            network.name(),
            bridge(network),
            ipam(network),
            gateway(network),
            reader.bool("forceAddress", false),
            reader.bool("ipMasq", false) && ipam(network).isPresent(),
            masqueradeBackend(reader),
            mtu(reader),
            reader.bool("hairpinMode", false),
            reader.bool("promiscMode", false),
            vlans(reader),
            reader.bool("macspoofchk", false),
            reader.bool("enabledad", false) || ipam(network).isEmpty(),
            !reader.bool("disableContainerInterface", false),
            reader.bool("portIsolation", false),
            mac(network, args),
            ResultFormat.readDns(reader));
    config.refuseContradictions(reader);
    return config;
  }

  /** The bridge's name, which DEL needs even where the rest is wrong. */
  static String bridge(NetworkConfig network) {
    return network
        .reader()
        .parsed(
            "bridge",
            name -> NewLink.isName(name) ? Optional.of(name) : Optional.empty(),
            "should be an interface name: 1 to 15 bytes without '/', ':' and white space")
        .orElse(DEFAULT_BRIDGE);
  }

  /** The IPAM plugin, which DEL and GC need even where the rest is wrong. */
  static Optional<String> ipam(NetworkConfig network) {
    return network
        .reader()
        .object("ipam")
        .flatMap(ipam -> ipam.string("type"))
        .filter(type -> !type.isEmpty());
  }

  /** The interface on the host that bears the gateway's address: the bridge, or one in its VLAN. */
  String gatewayInterface() {
    return vlanOfGateway() == 0 ? bridge : bridge + "." + vlanOfGateway();
  }

  /** The VLAN in which the gateway has an interface of its own; 0 if it is the bridge itself. */
  int vlanOfGateway() {
    return gateway == Gateway.NONE || vlans.isEmpty() ? 0 : vlans.get().vlan();
  }

  private void refuseContradictions(ConfigReader reader) {
    if (hairpin && promiscuous) {
      throw reader.refused("hairpinMode", "promiscMode is too: only one of them may be");
    }
    if (!containerUp && ipam.isPresent()) {
      throw reader.refused(
          "disableContainerInterface", "ipam is set: addresses need an interface that is up");
    }
    if (!NewLink.isName(gatewayInterface())) {
      throw reader.refused(
          "bridge",
          "should be shorter: the gateway's interface "
              + gatewayInterface()
              + " would have more than 15 bytes");
    }
  }

  private static Gateway gateway(NetworkConfig network) {
    boolean address = network.reader().bool("isGateway", false);
    boolean defaultRoute = network.reader().bool("isDefaultGateway", false);
    if (ipam(network).isEmpty()) {
      return Gateway.NONE;
    }
    return defaultRoute ? Gateway.DEFAULT_ROUTE : address ? Gateway.ADDRESS : Gateway.NONE;
  }

  private static Optional<MasqueradeBackend> masqueradeBackend(ConfigReader reader) {
    return reader
        .string("ipMasqBackend")
        .filter(text -> !text.isEmpty())
        .map(
            text ->
                MasqueradeBackend.parse(text)
                    .orElseThrow(
                        () -> reader.refused("ipMasqBackend", "should be iptables or nftables")));
  }

  private static OptionalInt mtu(ConfigReader reader) {
    OptionalInt mtu = reader.integer("mtu", 0, MOST_MTU);
    int bytes = mtu.orElse(0);
    if (bytes > 0 && bytes < LEAST_MTU) {
      throw reader.refused("mtu", "should be 68 to 65535 bytes, or 0 for the kernel's choice");
    }
    return bytes == 0 ? OptionalInt.empty() : mtu;
  }

  private static Optional<PortVlans> vlans(ConfigReader reader) {
    int vlan = reader.integer("vlan", 0, PortVlans.LAST).orElse(0);
    boolean keepsDefault = reader.bool("preserveDefaultVlan", false);
    BitSet trunk = new BitSet();
    for (ConfigReader range : reader.objects("vlanTrunk")) {
      OptionalInt id = range.integer("id", 1, PortVlans.LAST);
      OptionalInt first = range.integer("minID", 1, PortVlans.LAST);
      OptionalInt last = range.integer("maxID", 1, PortVlans.LAST);
      if (first.isPresent() != last.isPresent()) {
        throw range.missing(
            first.isPresent() ? "maxID" : "minID", "minID and maxID should be given together");
      }
      if (first.orElse(0) > last.orElse(0)) {
        throw range.refused("minID", "should not be above maxID, which is " + last.orElse(0));
      }
      id.ifPresent(trunk::set);
      if (first.isPresent() && last.isPresent()) {
        trunk.set(first.getAsInt(), last.getAsInt() + 1);
      }
    }
    return vlan == 0 && trunk.isEmpty()
        ? Optional.empty()
        : Optional.of(PortVlans.of(vlan, trunk, keepsDefault));
  }

  /** The capability before the configuration's arguments, and these before CNI_ARGS. */
  private static Optional<MacAddress> mac(NetworkConfig network, CniArgs args) {
    return unicastMac(network.runtimeConfig())
        .or(() -> unicastMac(network.args()))
        .or(() -> args.get("MAC").filter(text -> !text.isEmpty()).map(BridgeConfig::macArgument));
  }

  private static Optional<MacAddress> unicastMac(ConfigReader reader) {
    Optional<MacAddress> mac = reader.macAddress("mac");
    if (mac.isPresent() && !mac.get().isUnicast()) {
      throw reader.refused("mac", "should be a unicast address: an even first byte, not all zero");
    }
    return mac;
  }

  private static MacAddress macArgument(String text) {
    return MacAddress.parse(text)
        .filter(MacAddress::isUnicast)
        .orElseThrow(
            () ->
                new CniException(
                    ErrorCode.INVALID_ENVIRONMENT,
                    "CNI_ARGS has MAC="
                        + text
                        + ", but it should be a unicast MAC address, such as 02:00:5e:10:00:01"));
  }
}

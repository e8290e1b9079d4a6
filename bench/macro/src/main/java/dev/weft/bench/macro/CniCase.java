package dev.weft.bench.macro;

import dev.weft.json.Json;
import dev.weft.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A configuration that both sides are given. */
public enum CniCase {
  BRIDGE(
      "bridge",
      "one IPv4 address, isGateway",
      "bridge",
      """
      "bridge": "bench0", "isGateway": true,
      "ipam": {"type": "host-local", "dataDir": %s, "ranges": [[{"subnet": "10.240.0.0/16"}]]}"""),
  MASQ_NFT(
      "masq-nft",
      "bridge with ipMasq, ipMasqBackend nftables",
      "bridge",
      """
      "bridge": "bench0", "isGateway": true, "ipMasq": true, "ipMasqBackend": "nftables",
      "ipam": {"type": "host-local", "dataDir": %s, "ranges": [[{"subnet": "10.241.0.0/16"}]]}"""),
  MASQ_IPTABLES(
      "masq-iptables",
      "bridge with ipMasq, ipMasqBackend iptables",
      "bridge",
      """
      "bridge": "bench0", "isGateway": true, "ipMasq": true, "ipMasqBackend": "iptables",
      "ipam": {"type": "host-local", "dataDir": %s, "ranges": [[{"subnet": "10.242.0.0/16"}]]}"""),
  DUAL_STACK(
      "dual-stack",
      "bridge with an IPv4 and an IPv6 address, isDefaultGateway",
      "bridge",
      """
      "bridge": "bench0", "isDefaultGateway": true,
      "ipam": {"type": "host-local", "dataDir": %s,
               "ranges": [[{"subnet": "10.243.0.0/16"}], [{"subnet": "fd00:bec::/64"}]]}"""),
  LOOPBACK("loopback", "lo of the pod up and down", "loopback", ""),
  HOST_LOCAL(
      "host-local",
      "an address without an interface",
      "host-local",
      """
      "ipam": {"type": "host-local", "dataDir": %s, "ranges": [[{"subnet": "10.244.0.0/16"}]]}""");

  /** What the bridge of every case is called. */
  static final String BRIDGE_NAME = "bench0";

  private final String label;
  private final String description;
  private final String type;
  private final String keys;

  CniCase(String label, String description, String type, String keys) {
    this.label = label;
    this.description = description;
    this.type = type;
    this.keys = keys;
  }

  /** What people call it. */
  public String label() {
    return label;
  }

  String description() {
    return description;
  }

  /** The plugin that is called. */
  String type() {
    return type;
  }

  /** The executables that it takes. */
  List<String> programs() {
    return type.equals("bridge") ? List.of("bridge", "host-local") : List.of(type);
  }

  /** What the pod's interface is called. */
  String interfaceName() {
    return this == LOOPBACK ? "lo" : "eth0";
  }

  boolean masquerades() {
    return this == MASQ_NFT || this == MASQ_IPTABLES;
  }

  /** The name of the network, which is also that of the directory with its leases. */
  String network() {
    return "bench-".concat(label);
  }

  /**
   * What the plugin reads, of a version that the oldest peers know.
   *
   * @param leases a directory, host-local's {@code dataDir}
   */
  Json.Obj config(Path leases) {
    Json.Obj config =
        Json.Obj.EMPTY
            .with("cniVersion", new Json.Str("1.0.0"))
            .with("name", new Json.Str(network()))
            .with("type", new Json.Str(type));
    String directory = JsonText.write(new Json.Str(leases.toString()));
    String text = "{" + keys.formatted(directory) + "}";
    for (var key :
        JsonText.readObject(text.getBytes(StandardCharsets.UTF_8), label).fields().entrySet()) {
      config = config.with(key.getKey(), key.getValue());
    }
    return config;
  }
}

package dev.weft.services;

import dev.weft.json.Json;
import dev.weft.json.JsonText;
import dev.weft.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;

/** Writes what is known of a node so that {@link NodeReader} reads the same. */
final class NodeText {
  private final StringBuilder text = new StringBuilder();

  private NodeText() {}

  static String print(Node node) {
    NodeText lines = new NodeText();
    lines.line("name", quoted(node.name()));
    node.zone().ifPresent(zone -> lines.line("zone", quoted(zone)));
    lines.addresses(node.addresses());
    lines.line("detectLocal", detection(node.localPods()));
    switch (node.nodePortRanges()) {
      case NodePortRanges.Unset _ -> {}
      case NodePortRanges.Primary _ -> lines.line("nodePortAddresses", "[primary]");
      case NodePortRanges.Within(List<IpPrefix> networks) ->
          lines.line("nodePortAddresses", list(networks));
    }
    lines.line("localhostNodePorts", String.valueOf(node.localhostNodePorts()));
    lines.line("masqueradeAll", String.valueOf(node.masqueradeAll()));
    if (!node.serviceCidrs().isEmpty()) {
      lines.line("serviceCIDRs", list(node.serviceCidrs()));
    }
    lines.line("conntrackTCPBeLiberal", String.valueOf(node.tcpBeLiberal()));
    return lines.text.toString();
  }

  private void line(String key, String value) {
    text.append(key).append(": ").append(value).append('\n');
  }

  private void addresses(List<Node.Address> addresses) {
    if (addresses.isEmpty()) {
      return;
    }
    text.append("addresses:\n");
    for (Node.Address address : addresses) {
      text.append("- {address: ").append(quoted(address.address().toString()));
      text.append(address.primary() ? ", primary: true}\n" : "}\n");
    }
  }

  private static String detection(LocalPods pods) {
    return switch (pods) {
      case LocalPods.Cidrs(List<IpPrefix> prefixes) ->
          "{mode: NodeCIDR, cidrs: " + list(prefixes) + "}";
      case LocalPods.Bridge(String name) ->
          "{mode: BridgeInterface, interface: " + quoted(name) + "}";
      case LocalPods.InterfacePrefix(String prefix) ->
          "{mode: InterfaceNamePrefix, prefix: " + quoted(prefix) + "}";
      case LocalPods.Unknown _ -> "{mode: None}";
    };
  }

  private static String list(List<IpPrefix> prefixes) {
    List<String> words = new ArrayList<>();
    prefixes.forEach(prefix -> words.add(quoted(prefix.toString())));
    return "[" + String.join(", ", words) + "]";
  }

  /** In quotes whatever it is: YAML takes the strings of JSON, and a word may mean false. */
  private static String quoted(String word) {
    return JsonText.write(new Json.Str(word));
  }
}

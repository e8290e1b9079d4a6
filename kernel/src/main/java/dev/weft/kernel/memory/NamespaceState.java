package dev.weft.kernel.memory;

import dev.weft.kernel.BridgeVlan;
import dev.weft.kernel.InterfaceAddress;
import dev.weft.kernel.Link;
import dev.weft.kernel.Neighbour;
import dev.weft.kernel.Route;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * All that can be read of one namespace, as a value: two that are equal cannot be told apart.
 *
 * @param vlans by link index, of bridges and ports
 * @param sysctls by path below {@code /proc/sys}
 * @param rules of iptables, and nftables' elements and rules, one each
 */
public record NamespaceState(
    Set<Link> links,
    Map<Integer, Set<BridgeVlan>> vlans,
    Set<InterfaceAddress> addresses,
    Set<Route> routes,
    Set<Neighbour> neighbours,
    Map<String, String> sysctls,
    Set<String> rules) {

  /** One fact a line, in a fixed order; good to compare by eye. */
  public String describe() {
    StringBuilder text = new StringBuilder();
    lines(text, links);
    new TreeMap<>(vlans).forEach((index, ids) -> text.append(index + ": " + ids + "\n"));
    lines(text, addresses);
    lines(text, routes);
    lines(text, neighbours);
    new TreeMap<>(sysctls).forEach((key, value) -> text.append(key + " = " + value + "\n"));
    lines(text, rules);
    return text.toString();
  }

  private static void lines(StringBuilder text, Set<?> facts) {
    for (Object fact : facts) {
      text.append(fact).append('\n');
    }
  }
}

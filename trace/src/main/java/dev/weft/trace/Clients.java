package dev.weft.trace;

import dev.weft.iptables.engine.Recollection;
import dev.weft.net.IpAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** In which lists of the rules a packet's sender is, by the endpoints that it used. */
final class Clients {
  private final Supplier<Map<AddressPort, Set<String>>> finder;

  /** By endpoint, the lists that its clients are in; looked for when first needed. */
  private Map<AddressPort, Set<String>> lists = Map.of();

  /**
   * @param finder goes through all rules for the lists that the clients of each endpoint are in
   */
  Clients(Supplier<Map<AddressPort, Set<String>>> finder) {
    this.finder = finder;
  }

  Recollection of(Flow flow) {
    if (flow.affinity().isEmpty()) {
      return Recollection.EMPTY;
    }
    if (lists.isEmpty()) {
      lists = finder.get();
    }
    Map<String, Map<IpAddress, Integer>> remembered = new HashMap<>();
    for (Flow.Used used : flow.affinity()) {
      for (String list : lists.getOrDefault(used.endpoint(), Set.of())) {
        remembered
            .computeIfAbsent(list, _ -> new HashMap<>())
            .merge(flow.from(), used.ageSeconds(), Math::min);
      }
    }
    return new Recollection(remembered);
  }
}

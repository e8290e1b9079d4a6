package dev.weft.iptables.flat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Elements that several ports may want, such as the cluster IP that the ports of a Service have in
 * common. Where they want different things, the first port by order has its way: the kernel takes
 * one value for a key, and another node shall come to the same one.
 */
final class Claims {
  private final Map<ElementPlace, TreeMap<PortId, FlatElement>> claims = new HashMap<>();

  /** A port wants an element. */
  void put(PortId port, FlatElement element) {
    claims.computeIfAbsent(element.place(), _ -> new TreeMap<>()).put(port, element);
  }

  /** A port does not want an element any more. */
  void remove(PortId port, FlatElement element) {
    claims.computeIfPresent(
        element.place(),
        (_, wanted) -> {
          wanted.remove(port);
          return wanted.isEmpty() ? null : wanted;
        });
  }

  /** What stands at a place. */
  Optional<FlatElement> winner(ElementPlace place) {
    return Optional.ofNullable(claims.get(place)).map(wanted -> wanted.firstEntry().getValue());
  }

  /** All that stands. */
  List<FlatElement> winners() {
    return claims.values().stream().map(wanted -> wanted.firstEntry().getValue()).toList();
  }
}

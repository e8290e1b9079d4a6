package dev.weft.iptables.flat;

import dev.weft.iptables.compile.NodeFacts;
import dev.weft.iptables.compile.NodePortAddresses;
import dev.weft.iptables.ruleset.Origin;
import dev.weft.kernel.NftElement;
import dev.weft.kernel.NftValue;
import dev.weft.net.IpAddress;
import dev.weft.services.ServedPort;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Which elements shall stand in one family's table, and what changes of them as ports do. */
final class FlatElements {
  private final FlatSets sets;
  private final NodeFacts node;
  private final Picks picks;
  private final Map<PortId, Placed> ports = new HashMap<>();
  private final Claims claims = new Claims();
  private final Set<String> shared;
  private final Set<Integer> numbers = new HashSet<>();
  private int lastNumber;

  FlatElements(FlatSets sets, NodeFacts node, Picks picks) {
    this.sets = sets;
    this.node = node;
    this.picks = picks;
    this.shared =
        Set.of(
            sets.frontends().name(),
            sets.nearFrontends().name(),
            sets.restricted().name(),
            sets.nodePorts().name(),
            sets.nearNodePorts().name(),
            sets.hairpins().name(),
            sets.clusterIps().name());
  }

  private record Placed(ServedPort port, Placement placement) {}

  /**
   * Takes changes of ports.
   *
   * @param before in any order; those that are not known are passed over
   * @param after likewise; those that are in both lists keep their number
   * @param preferred the number that a new port would best have
   */
  FlatDifference change(
      Collection<ServedPort> before,
      Collection<ServedPort> after,
      Function<ServedPort, Optional<Integer>> preferred) {
    Set<ElementPlace> disputed = new LinkedHashSet<>();
    Map<ElementPlace, FlatElement> gone = new LinkedHashMap<>();
    Map<ElementPlace, FlatElement> come = new LinkedHashMap<>();
    Map<ElementPlace, Optional<FlatElement>> stood = new HashMap<>();
    Map<PortId, Placement> places = new HashMap<>();
    for (ServedPort port : before) {
      PortId id = PortId.of(port);
      Placed placed = ports.remove(id);
      if (placed == null) {
        continue;
      }
      places.put(id, placed.placement);
      for (FlatElement element : elements(placed)) {
        ElementPlace key = element.place();
        if (shared.contains(element.set())) {
          disputed.add(key);
          stood.computeIfAbsent(key, claims::winner);
          claims.remove(id, element);
        } else {
          gone.put(key, element);
        }
      }
    }
    for (ServedPort port : after) {
      PortId id = PortId.of(port);
      Placement old = places.remove(id);
      Placed placed =
          new Placed(
              port, old == null ? Placement.of(port, number(preferred.apply(port))) : old.of(port));
      ports.put(id, placed);
      for (FlatElement element : elements(placed)) {
        ElementPlace key = element.place();
        if (shared.contains(element.set())) {
          disputed.add(key);
          stood.computeIfAbsent(key, claims::winner);
          claims.put(id, element);
        } else {
          come.put(key, element);
        }
      }
    }
    places.values().forEach(placement -> numbers.remove(placement.number()));
    for (ElementPlace key : disputed) {
      Objects.requireNonNull(stood.get(key)).ifPresent(element -> gone.put(key, element));
      claims.winner(key).ifPresent(element -> come.put(key, element));
    }
    return difference(gone, come);
  }

  private static FlatDifference difference(
      Map<ElementPlace, FlatElement> before, Map<ElementPlace, FlatElement> after) {
    List<FlatElement> gone = new ArrayList<>();
    List<FlatElement> come = new ArrayList<>();
    before.forEach(
        (key, element) -> {
          if (!isSame(element, after.get(key))) {
            gone.add(element);
          }
        });
    after.forEach(
        (key, element) -> {
          if (!isSame(element, before.get(key))) {
            come.add(element);
          }
        });
    return new FlatDifference(gone, come);
  }

  private static boolean isSame(FlatElement element, @Nullable FlatElement other) {
    return other != null && element.isAs(other.element());
  }

  /** All that shall stand. */
  List<FlatElement> all() {
    List<FlatElement> all = new ArrayList<>(nodeAddresses());
    ports.forEach(
        (_, placed) -> {
          for (FlatElement element : elements(placed)) {
            if (!shared.contains(element.set())) {
              all.add(element);
            }
          }
        });
    all.addAll(claims.winners());
    return all;
  }

  /** The ports that shall be served. */
  List<ServedPort> ports() {
    return ports.values().stream().map(Placed::port).toList();
  }

  /** Where a port's cluster IP stands among the frontends. */
  ElementPlace clusterFrontend(ServedPort port) {
    return new ElementPlace(sets.frontends().name(), PortElements.clusterFrontend(port));
  }

  private List<FlatElement> elements(Placed placed) {
    return PortElements.of(sets, placed.port, placed.placement, node, picks);
  }

  private List<FlatElement> nodeAddresses() {
    List<FlatElement> elements = new ArrayList<>();
    if (node.nodePortAddresses() instanceof NodePortAddresses.Only(List<IpAddress> addresses)) {
      for (IpAddress address : new LinkedHashSet<>(addresses)) {
        if (address.family() == sets.family()) {
          elements.add(
              new FlatElement(
                  sets.nodeAddresses().name(),
                  new NftElement(
                      List.of(new NftValue.Address(address)),
                      Optional.empty(),
                      Optional.empty(),
                      Optional.empty()),
                  new Origin("weft", "node port address")));
        }
      }
    }
    return elements;
  }

  /** Not the number of one that has just gone, whose clients may still be remembered. */
  private int number(Optional<Integer> preferred) {
    if (preferred.isPresent() && numbers.add(preferred.get())) {
      lastNumber = Math.max(lastNumber, preferred.get());
      return preferred.get();
    }
    do {
      lastNumber = (lastNumber + 1) % Word.PORTS;
    } while (!numbers.add(lastNumber));
    return lastNumber;
  }
}

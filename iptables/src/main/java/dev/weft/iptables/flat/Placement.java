package dev.weft.iptables.flat;

import dev.weft.services.Backend;
import dev.weft.services.ServedPort;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The places of one port in the table.
 *
 * @param number of the port, not that of another port at the same time
 * @param cluster the endpoints of all nodes in the order of their numbers, from 0 on
 * @param local those on this node, likewise
 * @param names the number that each endpoint has by itself; none if the port has no affinity
 */
record Placement(
    int number, List<Backend> cluster, List<Backend> local, Map<Backend, Integer> names) {
  Placement {
    cluster = List.copyOf(cluster);
    local = List.copyOf(local);
    names = Map.copyOf(names);
  }

  static Placement of(ServedPort port, int number) {
    return new Placement(number, List.of(), List.of(), Map.of()).of(port);
  }

  /** Where what has become of the port finds place: endpoints that stay keep theirs. */
  Placement of(ServedPort port) {
    int most = port.affinity().isPresent() ? Endpoint.MOST : Integer.MAX_VALUE;
    List<Backend> everywhere =
        port.usesClusterBackends()
            ? arrange(cluster, first(port.backends().cluster(), most))
            : List.of();
    List<Backend> here =
        port.usesLocalBackends() ? arrange(local, first(port.backends().local(), most)) : List.of();
    return new Placement(
        number, everywhere, here, port.affinity().isPresent() ? name(everywhere, here) : Map.of());
  }

  private static List<Backend> first(List<Backend> all, int count) {
    return all.subList(0, Math.min(all.size(), count));
  }

  /** Endpoints that stay keep their numbers; newcomers have the lowest that are free. */
  private Map<Backend, Integer> name(List<Backend> everywhere, List<Backend> here) {
    Set<Backend> all = new LinkedHashSet<>(everywhere);
    all.addAll(here);
    Map<Backend, Integer> now = new HashMap<>(names);
    now.keySet().retainAll(all);
    BitSet taken = new BitSet();
    now.values().forEach(taken::set);
    for (Backend backend : all) {
      if (!now.containsKey(backend) && taken.cardinality() < Endpoint.MOST) {
        int free = taken.nextClearBit(0);
        taken.set(free);
        now.put(backend, free);
      }
    }
    return now;
  }

  /** All numbers of endpoints are below this one. */
  int namesBelow() {
    return names.values().stream().mapToInt(name -> name + 1).max().orElse(0);
  }

  /** Newcomers take the places of those who left; what is left open, the last ones fill. */
  private static List<Backend> arrange(List<Backend> before, List<Backend> after) {
    Set<Backend> staying = new HashSet<>(after);
    staying.retainAll(before);
    List<Backend> rest = new ArrayList<>(after);
    rest.removeIf(staying::contains);
    List<Backend> last = new ArrayList<>();
    for (int i = after.size(); i < before.size(); i++) {
      if (staying.contains(before.get(i))) {
        last.add(before.get(i));
      }
    }
    rest.addAll(last);
    int next = 0;
    List<Backend> places = new ArrayList<>(after.size());
    for (int i = 0; i < after.size(); i++) {
      boolean stays = i < before.size() && staying.contains(before.get(i));
      places.add(stays ? before.get(i) : rest.get(next++));
    }
    return places;
  }
}

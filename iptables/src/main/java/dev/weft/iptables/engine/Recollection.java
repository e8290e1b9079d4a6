package dev.weft.iptables.engine;

import dev.weft.net.IpAddress;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the lists of {@code -m recent} hold, or the set of nftables mode that remembers clients.
 * That the kernel keeps no more than 100 addresses of one list, if it is not told otherwise, is
 * left out.
 *
 * @param lists by name, how many seconds ago an address was last seen
 */
public record Recollection(Map<String, Map<IpAddress, Integer>> lists) {
  public static final Recollection EMPTY = new Recollection(Map.of());

  public Recollection {
    Map<String, Map<IpAddress, Integer>> copy = new HashMap<>();
    lists.forEach((name, list) -> copy.put(name, Map.copyOf(list)));
    lists = Collections.unmodifiableMap(copy);
  }

  /** The list, in nftables mode, of the clients of an endpoint by its number there. */
  public static String ofEndpoint(int number) {
    return Integer.toHexString(number);
  }

  Optional<Integer> age(String list, IpAddress address) {
    return Optional.ofNullable(lists.getOrDefault(list, Map.of()).get(address));
  }

  Recollection seen(String list, IpAddress address) {
    Map<IpAddress, Integer> changed = new HashMap<>(lists.getOrDefault(list, Map.of()));
    changed.put(address, 0);
    return with(list, changed);
  }

  Recollection without(String list, IpAddress address) {
    Map<IpAddress, Integer> changed = new HashMap<>(lists.getOrDefault(list, Map.of()));
    changed.remove(address);
    return with(list, changed);
  }

  private Recollection with(String list, Map<IpAddress, Integer> changed) {
    Map<String, Map<IpAddress, Integer>> all = new HashMap<>(lists);
    all.put(list, changed);
    return new Recollection(all);
  }
}

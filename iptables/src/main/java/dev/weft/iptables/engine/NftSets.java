package dev.weft.iptables.engine;

import dev.weft.iptables.flat.FlatElement;
import dev.weft.kernel.NftElement;
import dev.weft.kernel.NftValue;
import java.math.BigInteger;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Elements by their keys. */
final class NftSets {
  private final Map<String, Map<List<NftValue>, FlatElement>> elements = new HashMap<>();
  private final Map<String, TreeMap<BigInteger, FlatElement>> ranges = new HashMap<>();

  NftSets(Collection<FlatElement> all) {
    for (FlatElement each : all) {
      NftElement element = each.element();
      if (element.end().isPresent() && element.key().getFirst() instanceof NftValue.Raw first) {
        ranges.computeIfAbsent(each.set(), _ -> new TreeMap<>()).put(first.number(), each);
      } else {
        elements.computeIfAbsent(each.set(), _ -> new HashMap<>()).put(element.key(), each);
      }
    }
  }

  /** The element with a key; nothing if the set has none. */
  Optional<FlatElement> find(String set, List<NftValue> key) {
    return Optional.ofNullable(elements.getOrDefault(set, Map.of()).get(key));
  }

  /** The range that a key is in; nothing if it is in none. */
  Optional<FlatElement> findRange(String set, List<NftValue> key) {
    TreeMap<BigInteger, FlatElement> all = ranges.get(set);
    if (all == null
        || !(key.getFirst() instanceof NftValue.Mark mark)
        || !(key.getLast() instanceof NftValue.Address(var address))) {
      return Optional.empty();
    }
    BigInteger number = NftValue.Raw.of(mark, address).number();
    Map.Entry<BigInteger, FlatElement> below = all.floorEntry(number);
    return Optional.ofNullable(below)
        .map(Map.Entry::getValue)
        .filter(
            range ->
                range.element().end().orElseThrow().getFirst() instanceof NftValue.Raw last
                    && last.number().compareTo(number) >= 0);
  }
}

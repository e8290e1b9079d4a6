package dev.weft.kernel;

import java.util.List;
import java.util.Optional;

/**
 * An element of a set or map.
 *
 * @param key one part, or several for a concatenation
 * @param end of the range, inclusive, if the set's elements are ranges; as many parts as the key
 * @param value for a map whose values are data
 * @param comment free text, at most 128 bytes
 */
public record NftElement(
    List<NftValue> key,
    Optional<List<NftValue>> end,
    Optional<NftValue> value,
    Optional<String> comment) {

  public NftElement {
    key = List.copyOf(key);
    end = end.map(List::copyOf);
  }
}

package dev.weft.iptables.flat;

import dev.weft.kernel.NftValue;
import java.util.List;

/**
 * What tells an element from others.
 *
 * @param set its name
 */
public record ElementPlace(String set, List<NftValue> key) {
  public ElementPlace {
    key = List.copyOf(key);
  }
}

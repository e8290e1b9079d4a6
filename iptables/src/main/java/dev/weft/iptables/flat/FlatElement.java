package dev.weft.iptables.flat;

import dev.weft.iptables.ruleset.Origin;
import dev.weft.kernel.NftElement;

/**
 * An element of one of the table's sets, and why it is there.
 *
 * @param set its name
 */
public record FlatElement(String set, NftElement element, Origin origin) {

  /** What tells it from others. */
  public ElementPlace place() {
    return new ElementPlace(set, element.key());
  }

  /** Whether the kernel could not tell it from another at its place; comments do not count. */
  public boolean isAs(NftElement other) {
    return element.value().equals(other.value()) && element.end().equals(other.end());
  }

  /** As nft lists it, without the set. */
  public String text() {
    return FlatText.element(element);
  }
}

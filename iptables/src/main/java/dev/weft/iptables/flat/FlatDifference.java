package dev.weft.iptables.flat;

import java.util.List;

/**
 * What differs between what stood and what shall stand.
 *
 * @param gone what shall not stand any more, or not with this value
 * @param come what shall stand, or with this value
 */
public record FlatDifference(List<FlatElement> gone, List<FlatElement> come) {
  public FlatDifference {
    gone = List.copyOf(gone);
    come = List.copyOf(come);
  }
}

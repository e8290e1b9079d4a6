package dev.weft.kernel.memory;

import dev.weft.kernel.Neighbour;
import java.util.ArrayList;
import java.util.List;

/** The neighbours and forwarding entries of one namespace. */
final class NeighbourTable {
  private final List<Neighbour> entries = new ArrayList<>();

  List<Neighbour> all() {
    return List.copyOf(entries);
  }

  void replace(Neighbour added) {
    entries.removeIf(entry -> sameKey(entry, added));
    entries.add(added);
  }

  boolean remove(Neighbour unwanted) {
    return entries.removeIf(entry -> sameKey(entry, unwanted));
  }

  /** What ARP and NDP knew of a link's segment goes when the link goes down. */
  void linkWentDown(int linkIndex) {
    entries.removeIf(
        entry -> entry instanceof Neighbour.Resolved && entry.linkIndex() == linkIndex);
  }

  /** What a bridge knew of a port goes when the port leaves it. */
  void portLeft(int linkIndex) {
    entries.removeIf(
        entry ->
            entry instanceof Neighbour.Forwarding forwarding
                && !forwarding.self()
                && entry.linkIndex() == linkIndex);
  }

  void linkIsGone(int linkIndex) {
    entries.removeIf(entry -> entry.linkIndex() == linkIndex);
  }

  private static boolean sameKey(Neighbour one, Neighbour other) {
    return one.linkIndex() == other.linkIndex()
        && switch (one) {
          case Neighbour.Resolved a ->
              other instanceof Neighbour.Resolved b && a.address().equals(b.address());
          case Neighbour.Forwarding a ->
              other instanceof Neighbour.Forwarding b
                  && a.mac().equals(b.mac())
                  && a.self() == b.self();
        };
  }
}

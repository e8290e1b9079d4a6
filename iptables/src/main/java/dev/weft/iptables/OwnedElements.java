package dev.weft.iptables;

import dev.weft.kernel.NftElement;
import dev.weft.kernel.NftElementChange;
import dev.weft.kernel.NftTable;
import dev.weft.kernel.NftValue;
import dev.weft.kernel.Nftables;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The elements of a table whose rules never change: each has its owner's mark as its comment.
 *
 * <p>The first part of a key, an address or a port, can be held by one owner at a time: who comes
 * later takes it over from one that left without a word. Processes need no lock among each other:
 * what one read and another changed meanwhile makes the transaction fail, and it is planned anew.
 */
final class OwnedElements {
  private final Nftables nftables;
  private final NftTable table;

  OwnedElements(Nftables nftables, NftTable table) {
    this.nftables = nftables;
    this.table = table;
  }

  /** An element and the set that it belongs into. */
  record Placed(String set, NftElement element) {
    static Placed of(String set, List<NftValue> key, Optional<List<NftValue>> end, String mark) {
      return new Placed(set, new NftElement(key, end, Optional.empty(), Optional.of(mark)));
    }
  }

  /** Whether the table stands, or could be made here. */
  boolean canStand() {
    return nftables.exists(table.family(), table.name())
        || (nftables.hasProgram() && nftables.isAvailable(table.family()));
  }

  /** Makes these elements stand, and the table if it does not. */
  void put(List<Placed> wanted) {
    nftables.ensure(table);
    List<NftElementChange> changes = new ArrayList<>(wanted.size());
    for (Placed placed : wanted) {
      changes.add(create(placed));
    }
    ElementTransaction.run(
        nftables,
        changes,
        () -> {
          nftables.ensure(table); // somebody may have deleted it
          return difference(wanted);
        });
  }

  /** Removes all that an owner has. */
  void remove(RuleOwner owner) {
    removeIf(OwnerMark.of(owner)::equals);
  }

  /** Removes what a network has beyond these owners. */
  void retain(String network, Set<RuleOwner> owners) {
    removeIf(OwnerMark.beyond(network, owners));
  }

  private void removeIf(Predicate<String> isSuch) {
    if (nftables.exists(table.family(), table.name())) {
      ElementTransaction.run(nftables, removals(isSuch), () -> removals(isSuch));
    }
  }

  /** Which of these elements do not stand as {@link #put} would leave them. */
  List<Placed> missing(List<Placed> wanted) {
    if (!nftables.exists(table.family(), table.name())) {
      return wanted;
    }
    Map<String, List<NftElement>> standing = standing(wanted);
    List<Placed> missing = new ArrayList<>();
    for (Placed placed : wanted) {
      if (!standing.getOrDefault(placed.set, List.of()).contains(placed.element)) {
        missing.add(placed);
      }
    }
    return missing;
  }

  private List<NftElementChange> difference(List<Placed> wanted) {
    Map<String, List<NftElement>> standing = standing(wanted);
    List<NftElementChange> removals = new ArrayList<>();
    List<NftElementChange> additions = new ArrayList<>();
    for (Placed placed : wanted) {
      boolean stands = false;
      for (NftElement element : standing.getOrDefault(placed.set, List.of())) {
        if (element.equals(placed.element)) {
          stands = true;
        } else if (element.key().getFirst().equals(placed.element.key().getFirst())) {
          removals.add(remove(placed.set, element));
        }
      }
      if (!stands) {
        additions.add(create(placed));
      }
    }
    removals.addAll(additions);
    return removals;
  }

  private Map<String, List<NftElement>> standing(List<Placed> wanted) {
    Map<String, List<NftElement>> standing = new HashMap<>();
    for (Placed placed : wanted) {
      standing.computeIfAbsent(
          placed.set, set -> nftables.elements(table.family(), table.name(), set));
    }
    return standing;
  }

  private List<NftElementChange> removals(Predicate<String> isSuch) {
    List<NftElementChange> removals = new ArrayList<>();
    for (NftTable.Set set : table.sets()) {
      for (NftElement element : nftables.elements(table.family(), table.name(), set.name())) {
        if (element.comment().isPresent() && isSuch.test(element.comment().get())) {
          removals.add(remove(set.name(), element));
        }
      }
    }
    return removals;
  }

  private NftElementChange create(Placed placed) {
    return new NftElementChange.Create(table.family(), table.name(), placed.set, placed.element);
  }

  private NftElementChange remove(String set, NftElement element) {
    return new NftElementChange.Remove(table.family(), table.name(), set, element);
  }
}

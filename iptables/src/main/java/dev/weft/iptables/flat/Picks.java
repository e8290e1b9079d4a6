package dev.weft.iptables.flat;

import dev.weft.iptables.ruleset.Origin;
import dev.weft.kernel.NftElement;
import dev.weft.kernel.NftValue;
import dev.weft.kernel.nft.ChainDefinition;
import dev.weft.kernel.nft.TableDefinition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The ways to pick an endpoint and the numbers that a {@link Word} has them by. They are few, come
 * when one is first needed, and stay.
 */
final class Picks {
  /** Nobody serves the port. */
  static final int NOBODY = 0;

  /** Nobody on this node does. */
  static final int ELSEWHERE = 1;

  private static final int FIRST = 2;

  private final FlatSets sets;
  private final Map<Pick, Integer> numbers = new HashMap<>();

  /** By their numbers, from {@link #FIRST} on. */
  private final List<Pick> all = new ArrayList<>();

  /** How many of them have a chain in the kernel. */
  private int standing;

  Picks(FlatSets sets) {
    this.sets = sets;
  }

  /**
   * The number of a way.
   *
   * @throws FlatLayout.FullException if there are more than fit into a word
   */
  int number(Pick pick) {
    return numbers.computeIfAbsent(
        pick,
        _ -> {
          if (all.size() == Word.PICKS - FIRST) {
            throw new FlatLayout.FullException(all.size());
          }
          all.add(pick);
          return FIRST + all.size() - 1;
        });
  }

  /** Whether so many were ever needed that it is time to forget those that are not any more. */
  boolean areCrowded() {
    return all.size() > Word.PICKS / 2;
  }

  /** The kernel has no chain of any. */
  void lost() {
    standing = 0;
  }

  /** The kernel has the chains of all. */
  void written() {
    standing = all.size();
  }

  /** Those that the kernel has no chain of. */
  List<Pick> missing() {
    return all.subList(standing, all.size());
  }

  /**
   * Takes over what the kernel has, if nothing was asked for yet.
   *
   * @param elements of the map {@code picks}
   * @return whether they can be what {@link #element} makes
   */
  boolean adopt(Collection<NftElement> elements) {
    Map<Integer, Pick> found = new HashMap<>();
    for (NftElement element : elements) {
      pick(element)
          .ifPresent(
              pick -> {
                if (element.key().getFirst() instanceof NftValue.Mark(int bits)) {
                  found.put(Word.pick(bits), pick);
                }
              });
    }
    List<Pick> ordered = new ArrayList<>();
    for (int number = FIRST; found.containsKey(number); number++) {
      ordered.add(found.get(number));
    }
    if (ordered.size() != elements.size() || !isPrefix(ordered)) {
      return false;
    }
    ordered.forEach(this::number);
    standing = ordered.size();
    return true;
  }

  /** Whether the ways that are known begin with these, or the other way round. */
  private boolean isPrefix(List<Pick> others) {
    int common = Math.min(all.size(), others.size());
    return all.subList(0, common).equals(others.subList(0, common));
  }

  private static Optional<Pick> pick(NftElement element) {
    return element
        .value()
        .map(List::getFirst)
        .flatMap(
            value ->
                value instanceof NftValue.Goto(String chain)
                    ? Pick.ofChain(chain)
                    : Optional.empty());
  }

  /** What leads to the chain of a way. */
  FlatElement element(Pick pick) {
    return new FlatElement(
        sets.picks().name(),
        new NftElement(
            List.of(new NftValue.Mark(Word.pickBits(number(pick)))),
            Optional.empty(),
            Optional.of(List.of(new NftValue.Goto(pick.chainName()))),
            Optional.empty()),
        new Origin("weft", "choice of an endpoint"));
  }

  /** A table with the chains of all ways. */
  TableDefinition in(TableDefinition table) {
    List<ChainDefinition> chains = new ArrayList<>(table.chains());
    all.forEach(pick -> chains.add(pick.chain(sets)));
    return new TableDefinition(table.family(), table.name(), table.comment(), table.sets(), chains);
  }

  /** The elements that lead to the chains of all ways. */
  List<FlatElement> elements() {
    return all.stream().map(this::element).toList();
  }
}

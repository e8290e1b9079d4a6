package dev.weft.iptables.flat;

import dev.weft.iptables.compile.Names;
import dev.weft.iptables.compile.NodeFacts;
import dev.weft.kernel.NftElement;
import dev.weft.kernel.NftValue;
import dev.weft.kernel.nft.ChainDefinition;
import dev.weft.kernel.nft.SetDefinition;
import dev.weft.kernel.nft.TableDefinition;
import dev.weft.net.IpFamily;
import dev.weft.services.ServedPort;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One family's table as it shall stand, and what changes of it as ports do. Knows which chains the
 * kernel is known to have, and nothing else of it.
 */
public final class FlatLayout {
  private final FlatSets sets;
  private final TableDefinition table;
  private final NodeFacts node;
  private Picks picks;
  private FlatElements elements;

  /** There are more different ways to pick an endpoint than the table can tell apart. */
  public static final class FullException extends RuntimeException {
    private static final long serialVersionUID = 1;

    FullException(int ways) {
      super(
          "Services have more than "
              + ways
              + " different numbers of endpoints and times of affinity; that should be enough");
    }
  }

  /** A table without ports. */
  public FlatLayout(NodeFacts node, Names names, IpFamily family) {
    this.sets = FlatSets.of(family);
    this.table = FlatTable.of(sets, node, names);
    this.node = node;
    this.picks = new Picks(sets);
    this.elements = new FlatElements(sets, node, picks);
  }

  /** The chains and sets, with those chains that were ever needed to pick endpoints. */
  public TableDefinition table() {
    return picks.in(table);
  }

  /** The sets whose elements are ours to say, and not those of packets. */
  public List<SetDefinition> sets() {
    return sets.all().stream().filter(set -> set.size().isEmpty()).toList();
  }

  /** All elements that shall stand. */
  public List<FlatElement> elements() {
    List<FlatElement> all = elements.all();
    all.addAll(picks.elements());
    return all;
  }

  /** The ports that shall be served. */
  public List<ServedPort> ports() {
    return elements.ports();
  }

  /**
   * Takes changes of ports of this family.
   *
   * @param before in any order; those that are not known are passed over
   * @param after likewise; of those that are in both lists only what differs is told
   * @throws FullException as all calls that take ports
   */
  public FlatDifference change(Collection<ServedPort> before, Collection<ServedPort> after) {
    return elements.change(before, after, _ -> Optional.empty());
  }

  /** The ports of this family that shall be served, numbered as elements that were found say. */
  public FlatDifference replace(Collection<ServedPort> ports, Map<ElementPlace, NftElement> found) {
    return elements.change(
        elements.ports(),
        ports,
        port ->
            Optional.ofNullable(found.get(elements.clusterFrontend(port)))
                .flatMap(NftElement::value)
                .map(List::getFirst)
                .map(word -> word instanceof NftValue.Mark(int bits) ? Word.port(bits) : 0)
                .filter(number -> number != 0));
  }

  /**
   * The kernel was found to have these elements: chains that they lead to are taken over.
   *
   * @return whether they can stand in a table of this layout
   */
  public boolean adopt(Map<ElementPlace, NftElement> found) {
    picks.lost();
    return picks.adopt(
        found.entrySet().stream()
            .filter(entry -> entry.getKey().set().equals(sets.picks().name()))
            .map(Map.Entry::getValue)
            .toList());
  }

  /** The chains that the kernel has not, and the element that leads to each. */
  public Map<ChainDefinition, FlatElement> missingChains() {
    Map<ChainDefinition, FlatElement> missing = new LinkedHashMap<>();
    for (Pick pick : picks.missing()) {
      missing.put(pick.chain(sets), picks.element(pick));
    }
    return missing;
  }

  /** The kernel has all chains now. */
  public void written() {
    picks.written();
  }

  /** The kernel has no chain any more. */
  public void lost() {
    picks.lost();
  }

  /** Whether many chains are there that may not be needed any more. */
  public boolean isCrowded() {
    return picks.areCrowded();
  }

  /** Lays the same ports out anew, with the chains alone that they need. */
  public void startOver() {
    List<ServedPort> ports = elements.ports();
    picks = new Picks(sets);
    elements = new FlatElements(sets, node, picks);
    change(List.of(), ports);
  }
}

package dev.weft.iptables.flat;

import dev.weft.iptables.compile.Names;
import dev.weft.iptables.compile.NodeFacts;
import dev.weft.kernel.nft.TableDefinition;
import dev.weft.net.IpFamily;
import dev.weft.services.ServedPort;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * What Services become in nftables mode, in one family.
 *
 * @param table with the chains that choose among as many endpoints as the elements say
 * @param elements of its sets
 */
public record FlatRuleset(TableDefinition table, List<FlatElement> elements) {
  public FlatRuleset {
    elements = List.copyOf(elements);
  }

  /**
   * Compiles ports.
   *
   * @param ports in any order; those of the other family are passed over
   */
  public static FlatRuleset compile(
      Collection<ServedPort> ports, NodeFacts node, Names names, IpFamily family) {
    FlatSets sets = FlatSets.of(family);
    Picks picks = new Picks(sets);
    FlatElements elements = new FlatElements(sets, node, picks);
    List<ServedPort> own =
        new TreeSet<>(ports).stream().filter(port -> port.family() == family).toList();
    elements.change(List.of(), own);
    List<FlatElement> all = new ArrayList<>(elements.all());
    all.addAll(picks.elements());
    return new FlatRuleset(picks.in(FlatTable.of(sets, node, names)), all);
  }
}

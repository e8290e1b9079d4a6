package dev.weft.iptables.flat;

import dev.weft.iptables.compile.Names;
import dev.weft.iptables.compile.NodeFacts;
import dev.weft.kernel.nft.TableDefinition;
import dev.weft.net.IpFamily;
import dev.weft.services.ServedPort;
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
  /** The chain that lets nobody by who is not within the source ranges of a load balancer. */
  public static final String SOURCE_RANGES = "restricted";

  /** The chain that ends connections to the cluster's addresses for Services that none serves. */
  public static final String UNSERVED = "unserved";

  /** What rules are called that send a client where it was before. */
  public static final String AFFINITY = "the client's last";

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
    FlatLayout layout = new FlatLayout(node, names, family);
    layout.change(
        List.of(), new TreeSet<>(ports).stream().filter(port -> port.family() == family).toList());
    return new FlatRuleset(layout.table(), layout.elements());
  }

  /** As {@code nft list table} would show it. */
  public String text() {
    return FlatText.of(this);
  }
}

package dev.weft.kernel.nft;

import dev.weft.net.IpFamily;
import java.util.List;

/**
 * A table: its sets are empty when it is made.
 *
 * @param comment whose it is
 */
public record TableDefinition(
    IpFamily family,
    String name,
    String comment,
    List<SetDefinition> sets,
    List<ChainDefinition> chains) {
  public TableDefinition {
    sets = List.copyOf(sets);
    chains = List.copyOf(chains);
  }

  /** The same under another name. */
  public TableDefinition named(String other) {
    return new TableDefinition(family, other, comment, sets, chains);
  }
}

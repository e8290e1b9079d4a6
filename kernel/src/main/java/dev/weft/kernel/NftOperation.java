package dev.weft.kernel;

import dev.weft.kernel.nft.ChainDefinition;
import dev.weft.kernel.nft.TableDefinition;

/** A part of an nftables transaction. */
public sealed interface NftOperation permits NftElementChange, NftOperation.Declaration {

  /** What is said of tables and chains. */
  sealed interface Declaration extends NftOperation {}

  /**
   * Makes a table, in the place of one that stands, with all that was in it.
   *
   * @param dormant whether the kernel shall call none of its chains
   */
  record Replace(TableDefinition table, boolean dormant) implements Declaration {
    public Replace(TableDefinition table) {
      this(table, false);
    }
  }

  /** Makes a chain in a table that stands. */
  record AddChain(NftTable.Family family, String table, ChainDefinition chain)
      implements Declaration {}

  /** Deletes a table with all that is in it; one that is not there is none too many. */
  record Drop(NftTable.Family family, String table) implements Declaration {}
}

package dev.weft.kernel;

/** An element to be created in a set, added to it or removed from it. */
public sealed interface NftElementChange extends NftOperation {
  /** Of the table. */
  NftTable.Family family();

  /** The table's name. */
  String table();

  /** The name of the set or map. */
  String set();

  /** What is created, added or removed. */
  NftElement element();

  /** Fails if an element with this key stands, whatever its comment and value. */
  record Create(NftTable.Family family, String table, String set, NftElement element)
      implements NftElementChange {}

  /** Does nothing if an element with this key and value stands; its comment stays as it is. */
  record Add(NftTable.Family family, String table, String set, NftElement element)
      implements NftElementChange {}

  /** Looks at the key and the end alone. */
  record Remove(NftTable.Family family, String table, String set, NftElement element)
      implements NftElementChange {}
}

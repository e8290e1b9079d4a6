package dev.weft.kernel;

/** An element to be added to a set or removed from it. */
public sealed interface NftElementChange {
  NftTable.Family family();

  String table();

  String set();

  NftElement element();

  record Add(NftTable.Family family, String table, String set, NftElement element)
      implements NftElementChange {}

  record Remove(NftTable.Family family, String table, String set, NftElement element)
      implements NftElementChange {}
}

package dev.weft.kernel;

import java.util.List;
import java.util.Optional;

/**
 * nftables in one namespace: whole tables loaded by the {@code nft} program, and elements of their
 * sets and maps changed over netlink, which is a thousand times cheaper.
 */
public interface Nftables {

  /**
   * Whether the kernel takes tables of a family, those for IP with chains that do NAT; says nothing
   * of the {@code nft} program. Tries it in a transaction that the kernel gives up, which takes 10
   * to 20 ms, until it was seen once: whoever finds a table by {@link #exists} need not ask.
   */
  boolean isAvailable(NftTable.Family family);

  /** Whether the {@code nft} program is installed, which {@link #load} and {@link #ensure} need. */
  boolean hasProgram();

  /**
   * Makes tables what these say, in one transaction: a table that stands is replaced with its
   * chains, rules and sets. Needs the {@code nft} program.
   */
  void load(List<NftTable> tables);

  /**
   * Creates a table that does not exist. Elements and rules of one that stands are left alone.
   *
   * @return whether it had to be created
   */
  boolean ensure(NftTable table);

  /** Whether a table stands; never where the kernel has no nftables. */
  boolean exists(NftTable.Family family, String table);

  /**
   * Deletes a table with all that is in it.
   *
   * @throws KernelException with {@link Errno#ENOENT} if there is none
   */
  void delete(NftTable.Family family, String table);

  /**
   * Adds and removes elements, all of them or none. To be refused may take 10 to 20 ms.
   *
   * @throws KernelException with {@link Errno#ENOENT} if a table or set, or an element to be
   *     removed, does not exist; {@link Errno#EEXIST} if an element to be created stands, or one to
   *     be added stands with another value or overlaps another range
   */
  void apply(List<NftElementChange> changes);

  /**
   * Does several things in one transaction, all of them or none, without the {@code nft} program.
   *
   * @throws KernelException that says which one was refused, and why
   */
  void commit(List<? extends NftOperation> operations);

  /**
   * Something that changes whenever rules or sets of any table in the namespace were changed,
   * whoever did it; it never comes back.
   */
  int generation();

  /**
   * A digest of the chains and rules of a table as they stand, without counters and elements; of
   * the same length if there is no such table.
   */
  byte[] fingerprint(NftTable.Family family, String table);

  /**
   * The elements of one set or map.
   *
   * @throws KernelException with {@link Errno#ENOENT} if there is no such set
   */
  List<NftElement> elements(NftTable.Family family, String table, String set);

  /**
   * The element of a set or map that has a key, or whose range the key lies in; nothing if there is
   * none, and neither if there is no such set or table. Costs the same however many others there
   * are.
   */
  Optional<NftElement> element(
      NftTable.Family family, String table, String set, List<NftValue> key);

  /** The rules of one chain, in order; none if there is no such chain. */
  List<NftRule> rules(NftTable.Family family, String table, String chain);

  /**
   * Deletes rules of one chain, all of them or none.
   *
   * @throws KernelException with {@link Errno#ENOENT} if one is gone
   */
  void deleteRules(NftTable.Family family, String table, String chain, List<NftRule> rules);

  /**
   * Deletes a chain with its rules.
   *
   * @throws KernelException with {@link Errno#ENOENT} if there is none, {@link Errno#EBUSY} if a
   *     rule of another chain still leads to it
   */
  void deleteChain(NftTable.Family family, String table, String chain);
}

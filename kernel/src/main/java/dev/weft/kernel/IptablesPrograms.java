package dev.weft.kernel;

import java.util.Optional;

/**
 * The iptables programs of one variant for one family, inside one namespace, spoken to in their own
 * language: for who writes thousands of rules at once. {@link Iptables} is for a few.
 *
 * <p>Both variants may be installed, and both kinds of rules may stand beside each other: a packet
 * passes them all.
 */
public interface IptablesPrograms {

  /** Where the programs keep the rules. */
  enum Variant {
    /** In nftables, as tables of the same names. */
    NFT,
    /** In the tables of their own that the kernel had before. */
    LEGACY
  }

  Variant variant();

  /** Whether the kernel holds this table of theirs, be it empty. Starts no process. */
  boolean has(String table);

  /**
   * All of one table as {@code iptables-save -t TABLE} prints it. A table of the legacy variant is
   * there from then on; {@link #has} asks without making it.
   *
   * @throws KernelException if it cannot be read
   */
  String save(String table);

  /**
   * Runs {@code iptables-restore --noflush -w}: each table of the input up to its COMMIT is changed
   * as a whole or not at all, in the order in which they stand.
   *
   * @return what was refused; nothing if all is done
   * @throws KernelException if the program cannot be run
   */
  Optional<Refusal> restore(String input);

  /**
   * Why a table was not changed.
   *
   * @param line of the input that was refused, counted from one; 0 if the program named none
   * @param complaint in the program's own words
   */
  record Refusal(int line, String complaint) {}
}

package dev.weft.kernel;

import dev.weft.net.IpFamily;
import java.util.List;

/** iptables in one namespace, by one {@code iptables-restore} per transaction. */
public interface Iptables {

  /**
   * Whether {@code iptables-save} and {@code iptables-restore} are installed (for IPv6 {@code
   * ip6tables-…}) and are of a kind that the kernel serves: iptables-nft needs nftables with NAT.
   * Costs a process where they are of the legacy kind.
   */
  boolean isAvailable(IpFamily family);

  /** Whether a chain stands. Costs no process unless tables of the legacy kind are in use. */
  boolean hasChain(IpFamily family, String table, String chain);

  /**
   * The rules of one table ({@code nat}, {@code filter}…), chain by chain, in order. A table that
   * nobody has used yet may have no chains.
   *
   * @throws KernelException with {@link Errno#ENOENT} if there is no such table
   */
  IptablesTable read(IpFamily family, String table);

  /**
   * Applies changes to one table, all of them or none ({@code iptables-restore --noflush -w}).
   *
   * @throws KernelException with the program's own sentence and the change that it names: {@link
   *     Errno#ENOENT} if a chain, a rule to delete, a match or a target does not exist, {@link
   *     Errno#EEXIST} if a chain to be created stands, {@link Errno#EBUSY} if a chain to be deleted
   *     is not empty or is jumped to, {@link Errno#EINVAL} if a rule makes no sense
   */
  void apply(IpFamily family, String table, List<IptablesChange> changes);
}

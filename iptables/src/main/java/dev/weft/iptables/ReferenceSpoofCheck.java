package dev.weft.iptables;

import dev.weft.kernel.Errno;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.NftTable;
import dev.weft.kernel.Nftables;

/**
 * What the reference plugins (containernetworking/plugins, up to 1.9.1) wrote against forged MACs:
 * found and removed, never written, so that a pod that they attached can be checked and detached by
 * us.
 *
 * <p>In the table {@code bridge nat}, a rule of {@code PREROUTING} jumps to the chain {@code
 * cni-br-iface-ID-IF} and that to another, {@code -mac}, which lets the MAC pass and drops the
 * rest; every rule has the comment {@code macspoofchk-ID-IF}. None of it tells the network, so it
 * is nothing that a network's GC could judge.
 */
final class ReferenceSpoofCheck {
  private static final NftTable.Family FAMILY = NftTable.Family.BRIDGE;
  private static final String TABLE = "nat";
  private static final String HOOK = "PREROUTING";

  private final Nftables nftables;

  ReferenceSpoofCheck(Nftables nftables) {
    this.nftables = nftables;
  }

  boolean stands(RuleOwner owner) {
    String chain = chain(owner);
    return nftables.exists(FAMILY, TABLE)
        && count(HOOK, owner) == 1
        && count(chain, owner) == 1
        && count(chain + "-mac", owner) == 2;
  }

  private int count(String chain, RuleOwner owner) {
    return CommentedRules.find(nftables, FAMILY, TABLE, chain, comment(owner)::equals).size();
  }

  void remove(RuleOwner owner) {
    if (!nftables.exists(FAMILY, TABLE)) {
      return;
    }
    String chain = chain(owner);
    CommentedRules.remove(nftables, FAMILY, TABLE, HOOK, comment(owner)::equals);
    deleteChain(chain);
    deleteChain(chain + "-mac");
  }

  private static String chain(RuleOwner owner) {
    return "cni-br-iface-" + owner.containerId() + '-' + owner.ifName();
  }

  private static String comment(RuleOwner owner) {
    return "macspoofchk-" + owner.containerId() + '-' + owner.ifName();
  }

  private void deleteChain(String chain) {
    try {
      nftables.deleteChain(FAMILY, TABLE, chain);
    } catch (KernelException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }
}

package dev.weft.iptables;

import dev.weft.kernel.Errno;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.NftTable;
import dev.weft.kernel.Nftables;

/**
 * What the reference plugins (containernetworking/plugins, up to 1.9.1) wrote against forged MACs:
 * found and removed, never written, so that a pod that they attached can be detached by us.
 *
 * <p>In the table {@code bridge nat}, a rule of {@code PREROUTING} jumps to the chain {@code
 * cni-br-iface-ID-IF} and that to another, {@code -mac}; every rule has the comment {@code
 * macspoofchk-ID-IF}. None of it tells the network, so it is nothing that a network's GC could
 * judge.
 */
final class ReferenceSpoofCheck {
  private static final NftTable.Family FAMILY = NftTable.Family.BRIDGE;
  private static final String TABLE = "nat";
  private static final String HOOK = "PREROUTING";

  private final Nftables nftables;

  ReferenceSpoofCheck(Nftables nftables) {
    this.nftables = nftables;
  }

  void remove(RuleOwner owner) {
    if (!nftables.exists(FAMILY, TABLE)) {
      return;
    }
    String attachment = owner.containerId() + '-' + owner.ifName();
    String comment = "macspoofchk-" + attachment;
    String chain = "cni-br-iface-" + attachment;
    CommentedRules.remove(nftables, FAMILY, TABLE, HOOK, comment::equals);
    deleteChain(chain);
    deleteChain(chain + "-mac");
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

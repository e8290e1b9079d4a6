package dev.weft.iptables;

import dev.weft.kernel.Errno;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.NftElementChange;
import dev.weft.kernel.Nftables;
import java.util.List;
import java.util.function.Supplier;

/** Changes elements in one transaction, although other processes change them too. */
final class ElementTransaction {
  /** More than enough for others to be in the way, and an end if something else is wrong. */
  private static final int ATTEMPTS = 20;

  private ElementTransaction() {}

  /**
   * Applies changes.
   *
   * @param plan what is to be changed instead, if another process changed the same meanwhile
   */
  static void run(
      Nftables nftables, List<NftElementChange> changes, Supplier<List<NftElementChange>> plan) {
    List<NftElementChange> planned = changes;
    for (int attempt = 1; ; attempt++) {
      try {
        nftables.apply(planned);
        return;
      } catch (KernelException e) {
        boolean overtaken = e.errno() == Errno.ENOENT || e.errno() == Errno.EEXIST;
        if (!overtaken || attempt == ATTEMPTS) {
          throw e;
        }
      }
      planned = plan.get();
    }
  }
}

package dev.weft.iptables;

import dev.weft.kernel.Errno;
import dev.weft.kernel.Iptables;
import dev.weft.kernel.IptablesChange;
import dev.weft.kernel.IptablesTable;
import dev.weft.kernel.KernelException;
import dev.weft.net.IpFamily;
import java.util.List;
import java.util.function.Function;

/** Reads a table, plans changes from what it says, and applies them as one. */
final class IptablesTransaction {
  private static final int ATTEMPTS = 20;

  private IptablesTransaction() {}

  /** Plans anew if another process changed meanwhile what the plan stood on. */
  static void run(
      Iptables iptables,
      IpFamily family,
      String table,
      Function<IptablesTable, List<IptablesChange>> plan) {
    for (int attempt = 1; ; attempt++) {
      List<IptablesChange> changes = plan.apply(iptables.read(family, table));
      if (changes.isEmpty()) {
        return;
      }
      try {
        iptables.apply(family, table, changes);
        return;
      } catch (KernelException e) {
        if (attempt == ATTEMPTS || !isOvertaken(e.errno())) {
          throw e;
        }
      }
    }
  }

  private static boolean isOvertaken(Errno errno) {
    return errno == Errno.ENOENT
        || errno == Errno.EEXIST
        || errno == Errno.EBUSY
        || errno == Errno.EAGAIN;
  }
}

package dev.weft.kernel.linux;

import dev.weft.kernel.Errno;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.netlink.NetlinkException;

/** What netlink refused, as a sentence. */
final class Refusal {
  private Refusal() {}

  /** Ends a sentence on what failed with the kernel's reason and, where it gave one, its detail. */
  static KernelException because(String whatFailed, NetlinkException reason) {
    String detail = reason.detail();
    return new KernelException(
        Errno.of(reason.errno()),
        whatFailed
            + ": "
            + Errno.text(reason.errno())
            + (detail.isEmpty() ? "" : " (" + detail + ")"),
        reason);
  }
}

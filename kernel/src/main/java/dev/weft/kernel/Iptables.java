package dev.weft.kernel;

import dev.weft.net.IpFamily;
import java.util.List;

/** iptables in one namespace, by one {@code iptables-restore} per transaction. */
public interface Iptables {

  /** Whether the program is installed and the kernel serves it. */
  boolean isAvailable(IpFamily family);

  /** The rules of one table ({@code nat}, {@code filter}…), chain by chain, in order. */
  IptablesTable read(IpFamily family, String table);

  /**
   * Applies changes to one table, all of them or none ({@code iptables-restore --noflush -w}).
   *
   * @throws KernelException with the program's own sentence, and the change that it names
   */
  void apply(IpFamily family, String table, List<IptablesChange> changes);
}

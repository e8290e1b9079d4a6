package dev.weft.kernel;

import dev.weft.net.MacAddress;

/** One change to one link. */
public sealed interface LinkChange {
  /** Sets the administrative state up. */
  record Up() implements LinkChange {}

  record Down() implements LinkChange {}

  record Mtu(int bytes) implements LinkChange {}

  record Mac(MacAddress mac) implements LinkChange {}

  /**
   * At most 15 bytes. Kernels before 6.2 refuse it with {@link Errno#EBUSY} while the link is up.
   */
  record Rename(String name) implements LinkChange {}

  /**
   * Makes it a port of this bridge (or a slave of another master). Together with {@link Up} it goes
   * up only when it has become one.
   */
  record Master(int index) implements LinkChange {}

  /** Takes it out of its master. */
  record NoMaster() implements LinkChange {}

  record Promiscuous(boolean on) implements LinkChange {}

  /** At most 255 bytes; empty removes it. */
  record Alias(String text) implements LinkChange {}

  /** A number that {@link NetworkNamespace#deleteLinkGroup} can name; 0 for none. */
  record Group(int number) implements LinkChange {}

  /** For a bridge port. */
  record Hairpin(boolean on) implements LinkChange {}

  /** For a bridge port. */
  record Isolated(boolean on) implements LinkChange {}

  /**
   * For a bridge.
   *
   * <p>Fails with {@link Errno#EOPNOTSUPP} where the kernel was built without it.
   */
  record VlanFiltering(boolean on) implements LinkChange {}

  /** For a bridge: the VLAN that new ports get; 0 for none. */
  record DefaultPvid(int id) implements LinkChange {}
}

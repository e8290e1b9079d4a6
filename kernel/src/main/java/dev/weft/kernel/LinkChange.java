package dev.weft.kernel;

import dev.weft.net.MacAddress;

/**
 * One change to one link. Those of a bridge or of its ports fail with {@link Errno#EOPNOTSUPP} on
 * any other link.
 */
public sealed interface LinkChange {
  /** Sets the administrative state up. */
  record Up() implements LinkChange {}

  /** Sets the administrative state down. */
  record Down() implements LinkChange {}

  /** Fails with {@link Errno#EINVAL} beyond what the link's kind can do. */
  record Mtu(int bytes) implements LinkChange {}

  /** Fails with {@link Errno#EADDRNOTAVAIL} for a multicast address, or none. */
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

  /** Takes it out of its master, if it has one. */
  record NoMaster() implements LinkChange {}

  /** Whether it takes frames that are for others. */
  record Promiscuous(boolean on) implements LinkChange {}

  /** At most 255 bytes, else {@link Errno#ERANGE}; empty removes it. */
  record Alias(String text) implements LinkChange {}

  /** A number that says what belongs together; 0 for none. See {@link Link#DOOMED_GROUP}. */
  record Group(int number) implements LinkChange {}

  /**
   * Whether its IPv4 addresses are announced when it goes up or gets another MAC: the setting
   * {@code net.ipv4.conf.LINK.arp_notify}, which costs more to change as a file the more namespaces
   * have a link of that name.
   */
  record ArpNotify(boolean on) implements LinkChange {}

  /** For a bridge port: see {@link BridgePort#hairpin}. */
  record Hairpin(boolean on) implements LinkChange {}

  /** For a bridge port: see {@link BridgePort#isolated}. */
  record Isolated(boolean on) implements LinkChange {}

  /**
   * For a bridge: whether it keeps VLANs apart. Fails with {@link Errno#EOPNOTSUPP} where the
   * kernel was built without it.
   */
  record VlanFiltering(boolean on) implements LinkChange {}

  /**
   * For a bridge: the VLAN that new ports get, 1 to 4094; 0 for none. Fails with {@link
   * Errno#EPERM} while the bridge filters VLANs, and with {@link Errno#EOPNOTSUPP} where the kernel
   * was built without that.
   */
  record DefaultPvid(int id) implements LinkChange {}
}

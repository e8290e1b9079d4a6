package dev.weft.kernel;

import dev.weft.net.IpPrefix;

/**
 * An address on a link.
 *
 * @param prefix the address with the length of its network
 * @param noDuplicateDetection for IPv6: usable at once (IFA_F_NODAD)
 * @param tentative for IPv6, when read: detection is still under way
 * @param duplicate for IPv6, when read: detection found another owner (IFA_F_DADFAILED)
 */
public record InterfaceAddress(
    int linkIndex,
    IpPrefix prefix,
    boolean noDuplicateDetection,
    boolean tentative,
    boolean duplicate) {

  /** An address to be added: IPv6 without duplicate detection, its owner vouches for it. */
  public static InterfaceAddress of(int linkIndex, IpPrefix prefix) {
    return new InterfaceAddress(linkIndex, prefix, true, false, false);
  }
}

/**
 * Netlink (RFC 3549, netlink(7)): messages, their attributes, and the socket that carries them.
 *
 * <p>Knows the envelope, not what is in it: the families (rtnetlink, nfnetlink) are spoken by those
 * who use this package. Names and numbers are those of linux/netlink.h.
 */
@NullMarked
package dev.weft.kernel.netlink;

import org.jspecify.annotations.NullMarked;

/**
 * The real kernel: namespaces by descriptor, rtnetlink, nfnetlink, {@code /proc/sys}, and the
 * programs {@code nft} and {@code iptables-restore}. {@link dev.weft.kernel.linux.LinuxKernel} is
 * the door.
 *
 * <p>What an ADD or a DEL comes through tells the kinds of a sealed type by {@code instanceof}: a
 * pattern switch makes a class when it is first reached, which no archive holds, and all of them
 * together would take a cold process 15 ms. Where a call has failed anyway, it is a switch.
 */
@NullMarked
package dev.weft.kernel.linux;

import org.jspecify.annotations.NullMarked;

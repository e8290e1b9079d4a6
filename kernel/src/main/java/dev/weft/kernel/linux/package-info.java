/**
 * The real kernel: namespaces by descriptor, rtnetlink, nfnetlink, {@code /proc/sys}, and the
 * programs {@code nft} and {@code iptables-restore}. {@link dev.weft.kernel.linux.LinuxKernel} is
 * the door.
 */
@NullMarked
package dev.weft.kernel.linux;

import org.jspecify.annotations.NullMarked;

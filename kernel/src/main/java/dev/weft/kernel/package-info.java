/**
 * Linux networking as typed operations: namespaces, links, addresses, routes, neighbours, sysctls,
 * connection tracking, nftables and iptables; file locks and child processes.
 *
 * <p>{@link dev.weft.kernel.Kernel} is the door. {@link dev.weft.kernel.linux.LinuxKernel} is the
 * real one; {@code dev.weft.kernel.memory} holds a twin in memory that answers as Linux does,
 * errors included. Knows nothing of CNI: another project can use this module alone.
 */
@NullMarked
package dev.weft.kernel;

import org.jspecify.annotations.NullMarked;

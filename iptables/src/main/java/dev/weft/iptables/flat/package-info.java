/**
 * Services as nftables: one table for each family, whose chains and rules stay what they are while
 * Services come and go. What changes are elements of its sets and maps, so that a change costs what
 * its Service costs, however many others there are.
 *
 * <p>The way of a connection's first packet: {@code frontends} or {@code node_ports} lead from
 * where it is sent to a {@link dev.weft.iptables.flat.Word}, which is noted as the packet's
 * priority; {@code sizes} tell of how many endpoints one is to be chosen, {@code picks} lead to the
 * chain that chooses among so many, and {@code endpoints} has the chosen one. Who comes back to a
 * Service with affinity is found in {@code affinity}, if the endpoint is still one of {@code
 * members}.
 */
@NullMarked
package dev.weft.iptables.flat;

import org.jspecify.annotations.NullMarked;

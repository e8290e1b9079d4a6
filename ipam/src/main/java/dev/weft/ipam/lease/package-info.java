/**
 * Who holds which address: the leases of a network, on disk in the form of the reference plugin
 * {@code host-local}, so that both programs may serve one network at the same time.
 *
 * <pre>
 * DATADIR/NETWORK/               shared with the reference plugin
 *   10.1.0.5                     one file per lease: CONTAINER-ID CR LF IFNAME, mode 0600
 *   last_reserved_ip.0           where range set 0 goes on
 *   lock                         flock(2), held during every operation
 * DATADIR/.weft/NETWORK/         ours alone; no network can be called .weft
 *   new                          a lease while it is written
 *   boot                         the boot in which we last looked
 *   stamp, owners, taken         an index, so that no operation reads all leases
 * </pre>
 *
 * <p>{@link dev.weft.ipam.lease.LeaseStore} is the door. What is in {@code .weft} may be lost at
 * any time: it costs one scan, never an address.
 */
@NullMarked
package dev.weft.ipam.lease;

import org.jspecify.annotations.NullMarked;

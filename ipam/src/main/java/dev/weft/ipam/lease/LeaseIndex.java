package dev.weft.ipam.lease;

import dev.weft.net.IpAddress;
import java.io.IOException;
import java.util.List;

/** What is known about all leases without reading them. */
interface LeaseIndex extends Occupancy, AutoCloseable {

  /** The addresses that this holder has, and possibly others: the leases themselves decide. */
  List<IpAddress> addressesOf(Holder holder) throws IOException;

  long orphans() throws IOException;

  void add(Lease lease) throws IOException;

  /** Forgets a lease that was known. */
  void remove(Lease lease) throws IOException;

  /** Makes what is known good for the next operation, if this index outlives one. */
  void seal() throws IOException;

  @Override
  void close();
}

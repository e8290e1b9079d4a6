package dev.weft.ipam.lease;

import dev.weft.cni.Attachment;
import dev.weft.net.IpAddress;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * The leases of one network, held by one caller until closed: nobody else reads or changes them
 * meanwhile, in this process or another.
 */
public interface Leases extends Occupancy, AutoCloseable {

  /** The leases that {@linkplain Lease#belongsTo belong to} an attachment. */
  List<Lease> heldBy(Attachment attachment) throws IOException;

  /** The lease of an address, if it has one. */
  Optional<Lease> at(IpAddress address) throws IOException;

  /** All leases. The one operation that takes longer the more there are. */
  List<Lease> all() throws IOException;

  /** How many leases are {@linkplain Lease#orphaned orphaned}. */
  long orphans() throws IOException;

  /** The address that a range set gave out last, if that is known. */
  Optional<IpAddress> lastReserved(int rangeSet) throws IOException;

  /**
   * Takes an address and notes it as the range set's last.
   *
   * @return false if it is taken already
   * @throws IOException if it cannot be written; then it is not taken
   */
  boolean reserve(int rangeSet, IpAddress address, Attachment attachment) throws IOException;

  /** Frees an address; nothing happens if it is free. */
  void release(IpAddress address) throws IOException;

  /**
   * Finds out whether a lease could be written now.
   *
   * @throws IOException that says why not
   */
  void probe() throws IOException;

  @Override
  void close();
}

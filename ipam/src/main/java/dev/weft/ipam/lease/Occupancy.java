package dev.weft.ipam.lease;

import dev.weft.net.IpAddress;
import java.io.IOException;
import java.util.Optional;

/** Which addresses are taken, whoever has them. */
@FunctionalInterface
public interface Occupancy {

  /**
   * The lowest free address within bounds, both inclusive and of one family.
   *
   * @throws IOException if that cannot be read
   */
  Optional<IpAddress> firstFree(IpAddress from, IpAddress to) throws IOException;
}

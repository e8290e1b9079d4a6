package dev.weft.ipam.lease;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Where leases are kept. */
public interface LeaseStore {

  /**
   * Waits for a network's leases to be free and takes hold of them. The network is created if there
   * is none.
   *
   * @param network letters, digits, {@code _ . -}, the first a letter or digit
   */
  Leases open(Path dataDir, String network) throws IOException;

  /**
   * As {@link #open}, but empty where nothing was ever leased.
   *
   * @throws IOException also if it cannot be told whether something was
   */
  Optional<Leases> openExisting(Path dataDir, String network) throws IOException;
}

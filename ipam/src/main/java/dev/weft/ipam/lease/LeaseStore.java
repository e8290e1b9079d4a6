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

  /** Whether anything of a network may ever have been leased: also if that cannot be told. */
  boolean isKnown(Path dataDir, String network);

  /** What is done with leases while they are held. */
  interface Work<T> {
    T with(Leases leases) throws IOException;
  }

  /**
   * Does something with a network's leases, which are opened before and closed after it: perhaps on
   * another thread, that holds them for several who ask at once.
   */
  default <T> T hold(Path dataDir, String network, Work<T> work) throws IOException {
    try (Leases leases = open(dataDir, network)) {
      return work.with(leases);
    }
  }

  /** As {@link #hold}, but does nothing where nothing was ever leased. */
  default <T> Optional<T> holdExisting(Path dataDir, String network, Work<T> work)
      throws IOException {
    return isKnown(dataDir, network) ? Optional.of(hold(dataDir, network, work)) : Optional.empty();
  }
}

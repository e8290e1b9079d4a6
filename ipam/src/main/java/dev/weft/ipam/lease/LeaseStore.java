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
    Optional<Leases> opened = openExisting(dataDir, network);
    if (opened.isEmpty()) {
      return Optional.empty();
    }
    try (Leases leases = opened.get()) {
      return Optional.of(work.with(leases));
    }
  }
}

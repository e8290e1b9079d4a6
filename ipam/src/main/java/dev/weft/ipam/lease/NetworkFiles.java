package dev.weft.ipam.lease;

import dev.weft.net.IpAddress;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the files of one network stand.
 *
 * @param leases the directory that the reference plugin knows, and reads recursively
 * @param side ours alone, on the same file system unless somebody arranged otherwise
 */
record NetworkFiles(Path leases, Path side) {

  static NetworkFiles of(Path dataDir, String network) {
    return new NetworkFiles(dataDir.resolve(network), dataDir.resolve(".weft").resolve(network));
  }

  Path lock() {
    return leases.resolve("lock");
  }

  /** Go writes IPv6 as RFC 5952 does, and so do we. */
  Path lease(IpAddress address) {
    return leases.resolve(address.toString());
  }

  Path lastReserved(int rangeSet) {
    return leases.resolve("last_reserved_ip." + rangeSet);
  }

  Path newLease() {
    return side.resolve("new");
  }

  Path boot() {
    return side.resolve("boot");
  }

  Path stamp() {
    return side.resolve("stamp");
  }

  Path owners() {
    return side.resolve("owners");
  }

  Path taken() {
    return side.resolve("taken");
  }

  /** The address that a file in {@link #leases} is named by, in exactly the form we would write. */
  static Optional<IpAddress> address(Path file) {
    String name = file.getFileName().toString();
    char first = name.charAt(0);
    if (Character.digit(first, 16) < 0 && first != ':') {
      return Optional.empty();
    }
    return IpAddress.parse(name).filter(address -> address.toString().equals(name));
  }
}

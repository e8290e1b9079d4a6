package dev.weft.bench.macro;

import dev.weft.net.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Leases of pods that are not there, in files such as the reference plugin's host-local writes. */
final class HeldLeases {
  private static final String LAST_RESERVED = "last_reserved_ip.0";

  private final Path directory;
  private int held;

  /**
   * None yet.
   *
   * @param directory of the network's leases
   */
  HeldLeases(Path directory) {
    this.directory = directory;
  }

  /** Adds as many as it takes to be so many. */
  void growTo(int count) throws IOException {
    if (count > held) {
      Files.createDirectories(directory);
      IpAddress first = IpAddress.of(Workload.FIRST_HELD);
      for (; held < count; held++) {
        Files.writeString(
            directory.resolve(first.plus(held).toString()), "held-" + held + "\r\neth0");
      }
      Files.writeString(directory.resolve(LAST_RESERVED), first.plus(held - 1).toString());
    }
  }
}

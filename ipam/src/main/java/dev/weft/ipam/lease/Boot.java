package dev.weft.ipam.lease;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/**
 * One run of the machine, from start to shutdown or crash.
 *
 * @param id a UUID that the kernel draws at every start (random(4))
 * @param startedAt by the clock as it goes now, to the second
 */
record Boot(String id, Instant startedAt) {

  /** Reads the run that we are in. */
  @FunctionalInterface
  interface Source {
    Boot current() throws IOException;
  }

  static Boot ofThisMachine() throws IOException {
    String id = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    String uptime = Files.readString(Path.of("/proc/uptime"));
    long seconds = Long.parseLong(uptime.substring(0, uptime.indexOf('.')));
    return new Boot(id, Instant.now().minusSeconds(seconds));
  }
}

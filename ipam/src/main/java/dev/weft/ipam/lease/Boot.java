package dev.weft.ipam.lease;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

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

  /** Reads the run of this machine, once for all: it does not outlive it. */
  static Source ofThisMachine() {
    return new Source() {
      private @Nullable Boot read;

      @Override
      public synchronized Boot current() throws IOException {
        if (read == null) {
          read = read();
        }
        return read;
      }
    };
  }

  private static Boot read() throws IOException {
    String id = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    String uptime = Files.readString(Path.of("/proc/uptime"));
    long seconds = Long.parseLong(uptime.substring(0, uptime.indexOf('.')));
    return new Boot(id, Instant.now().minusSeconds(seconds));
  }
}

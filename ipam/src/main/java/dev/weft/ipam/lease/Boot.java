package dev.weft.ipam.lease;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/** One run of the machine, from start to shutdown or crash. */
interface Boot {

  /** A UUID that the kernel draws at every start (random(4)). */
  String id() throws IOException;

  /** When it began by the clock as it goes now, to the second. */
  Instant startedAt() throws IOException;

  /** The run that we are in. Each answer is read when it is asked for, and most ask for one. */
  static Boot ofThisMachine() {
    return new Boot() {
      @Override
      public String id() throws IOException {
        return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
      }

      @Override
      public Instant startedAt() throws IOException {
        String uptime = Files.readString(Path.of("/proc/uptime"));
        long seconds = Long.parseLong(uptime.substring(0, uptime.indexOf('.')));
        return Instant.now().minusSeconds(seconds);
      }
    };
  }
}

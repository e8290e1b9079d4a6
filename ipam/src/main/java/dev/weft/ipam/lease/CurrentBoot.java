package dev.weft.ipam.lease;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The run that we are in. Its identity cannot change while we live, and is read once. */
final class CurrentBoot implements Boot {
  static final CurrentBoot INSTANCE = new CurrentBoot();

  private volatile @Nullable String id;

  private CurrentBoot() {}

  @Override
  public String id() throws IOException {
    String known = id;
    if (known == null) {
      known = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
      id = known;
    }
    return known;
  }

  @Override
  public Instant startedAt() throws IOException {
    String uptime = Files.readString(Path.of("/proc/uptime"));
    long seconds = Long.parseLong(uptime.substring(0, uptime.indexOf('.')));
    return Instant.now().minusSeconds(seconds);
  }
}

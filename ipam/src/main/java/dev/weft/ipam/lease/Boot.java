package dev.weft.ipam.lease;

import java.io.IOException;
import java.time.Instant;

/** One run of the machine, from start to shutdown or crash. */
interface Boot {

  /** A UUID that the kernel draws at every start (random(4)). */
  String id() throws IOException;

  /** When it began by the clock as it goes now, to the second. */
  Instant startedAt() throws IOException;

  /** The run that we are in. */
  static Boot ofThisMachine() {
    return CurrentBoot.INSTANCE;
  }
}

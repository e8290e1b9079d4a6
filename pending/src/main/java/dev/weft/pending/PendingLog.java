package dev.weft.pending;

import java.util.logging.Logger;

/** Where it is said what became of DELs that were owed. */
final class PendingLog {
  /** To start logging costs a process for one call 30 ms. */
  private static final class Started {
    static final Logger LOG = Logger.getLogger(PendingDeletes.class.getName());
  }

  private PendingLog() {}

  static void warn(String what) {
    Started.LOG.warning(what);
  }

  static void info(String what) {
    Started.LOG.info(what);
  }
}

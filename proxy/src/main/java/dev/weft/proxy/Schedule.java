package dev.weft.proxy;

import java.time.Duration;

/**
 * When the next sync is due, and when the rules are to be compared again. Times are nanoseconds of
 * one clock that only goes forward. Used by one thread.
 */
final class Schedule {
  /** How long after a failure it is tried again; doubled each time, up to the sync period. */
  private static final long FIRST_RETRY = Duration.ofSeconds(1).toNanos();

  private static final long LONGEST_RETRY_WITHOUT_PERIOD = Duration.ofSeconds(30).toNanos();

  /** To compare may take this part of the time: with very many rules it is done more rarely. */
  private static final int AUDIT_SHARE = 50;

  private final long minPeriod;
  private final long period;
  private boolean changed;
  private long mayAt;
  private boolean audits;
  private long auditAt;
  private long retry = FIRST_RETRY;

  /**
   * @param period of audits; zero for none but after failures
   * @param minPeriod between two syncs
   */
  Schedule(Duration period, Duration minPeriod, long now) {
    this.period = period.toNanos();
    this.minPeriod = minPeriod.toNanos();
    this.mayAt = now;
  }

  /** Something happened that may change rules. */
  void changed() {
    changed = true;
  }

  boolean isSyncDue(long now) {
    return changed && now - mayAt >= 0;
  }

  boolean isAuditDue(long now) {
    return audits && now - auditAt >= 0;
  }

  /** How long nothing needs to be done, if nothing happens; the longest there is if never. */
  long idle(long now) {
    long sync = changed ? Math.max(0, mayAt - now) : Long.MAX_VALUE;
    long audit = audits ? Math.max(0, auditAt - now) : Long.MAX_VALUE;
    return Math.min(sync, audit);
  }

  /** A sync ended. */
  void synced(long now, boolean succeeded) {
    changed = false;
    mayAt = now + minPeriod;
    if (!succeeded) {
      failed(now);
    } else if (!audits) {
      audited(now, 0, true);
    }
  }

  /**
   * An audit ended.
   *
   * @param took nanoseconds
   */
  void audited(long now, long took, boolean succeeded) {
    if (!succeeded) {
      failed(now);
      return;
    }
    retry = FIRST_RETRY;
    audits = period > 0;
    auditAt = now + Math.max(period, took * AUDIT_SHARE);
  }

  private void failed(long now) {
    audits = true;
    auditAt = now + retry;
    long longest = period > 0 ? period : LONGEST_RETRY_WITHOUT_PERIOD;
    retry = Math.max(FIRST_RETRY, Math.min(2 * retry, longest));
  }
}

package dev.weft.bench.macro;

import java.util.Locale;

/**
 * A case as it is measured.
 *
 * @param held how many leases others have already; 0 but for host-local alone
 */
record Workload(CniCase configuration, int held) {
  /** Where the leases of others begin; the range is that of {@link CniCase#HOST_LOCAL}. */
  static final String FIRST_HELD = "10.244.0.2";

  /** What people call it, in few characters. */
  String label() {
    return configuration == CniCase.HOST_LOCAL
        ? String.format(Locale.ROOT, "%s, %,d held", configuration.label(), held)
        : configuration.label();
  }

  /** What it is, on one line. */
  String description() {
    return label() + ": " + configuration.description();
  }
}

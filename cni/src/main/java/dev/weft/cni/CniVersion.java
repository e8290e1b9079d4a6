package dev.weft.cni;

import java.util.Arrays;
import java.util.Optional;

/** The published versions of the specification, oldest first. */
public enum CniVersion {
  V0_1_0("0.1.0"),
  V0_2_0("0.2.0"),
  V0_3_0("0.3.0"),
  V0_3_1("0.3.1"),
  V0_4_0("0.4.0"),
  V1_0_0("1.0.0"),
  V1_1_0("1.1.0");

  private final String text;

  CniVersion(String text) {
    this.text = text;
  }

  /** As it stands in {@code cniVersion}. */
  public String text() {
    return text;
  }

  /** The version with exactly this text. */
  public static Optional<CniVersion> of(String text) {
    return Arrays.stream(values()).filter(version -> version.text.equals(text)).findFirst();
  }

  public static CniVersion newest() {
    return V1_1_0;
  }

  public boolean isAtLeast(CniVersion other) {
    return compareTo(other) >= 0;
  }
}

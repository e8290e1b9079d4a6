package dev.weft.cni;

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
    for (CniVersion version : values()) {
      if (version.text.equals(text)) {
        return Optional.of(version);
      }
    }
    return Optional.empty();
  }

  public static CniVersion newest() {
    return V1_1_0;
  }

  public boolean isAtLeast(CniVersion other) {
    return compareTo(other) >= 0;
  }

  /** The texts of all versions from this one on, oldest first. */
  String onwards() {
    StringBuilder list = new StringBuilder();
    for (CniVersion version : values()) {
      if (version.isAtLeast(this)) {
        list.append(list.isEmpty() ? "" : ", ").append(version.text);
      }
    }
    return list.toString();
  }
}

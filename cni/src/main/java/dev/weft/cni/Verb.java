package dev.weft.cni;

import java.util.List;
import java.util.Optional;

/** What CNI_COMMAND may say, with the variables and the version that each needs. */
enum Verb {
  ADD(CniVersion.V0_1_0),
  DEL(CniVersion.V0_1_0),
  CHECK(CniVersion.V0_4_0),
  GC(CniVersion.V1_1_0),
  STATUS(CniVersion.V1_1_0),
  VERSION(CniVersion.V0_1_0);

  private final CniVersion since;

  Verb(CniVersion since) {
    this.since = since;
  }

  /** The verb with exactly this text. */
  static Optional<Verb> of(String text) {
    for (Verb verb : values()) {
      if (verb.name().equals(text)) {
        return Optional.of(verb);
      }
    }
    return Optional.empty();
  }

  /** The version of the specification that brought it. */
  CniVersion since() {
    return since;
  }

  List<String> requiredVariables() {
    return switch (this) {
      case ADD, CHECK -> List.of("CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME");
      case DEL -> List.of("CNI_CONTAINERID", "CNI_IFNAME");
      case GC -> List.of("CNI_PATH");
      case STATUS, VERSION -> List.of();
    };
  }
}

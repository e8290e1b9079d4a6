package dev.weft.cni;

import java.util.Collections;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** What GC is told to spare (specification 1.1.0, section 4, "GC"). */
public final class ValidAttachments {
  /** Where it stands in the configuration. */
  public static final String KEY = "cni.dev/valid-attachments";

  private ValidAttachments() {}

  /**
   * Reads it; nothing if the key is missing, and so nothing is known to be stale. {@code null} is
   * how the reference library sends an empty one.
   *
   * @throws CniException 7 naming what is wrong
   */
  public static Optional<Set<Attachment>> in(ConfigReader configuration) {
    if (!configuration.object().has(KEY)) {
      return Optional.empty();
    }
    Set<Attachment> valid = new HashSet<>();
    for (ConfigReader each : configuration.objects(KEY)) {
      valid.add(new Attachment(required(each, "containerID"), required(each, "ifname")));
    }
    return Optional.of(Collections.unmodifiableSet(valid));
  }

  private static String required(ConfigReader reader, String key) {
    return reader.string(key).orElseThrow(() -> reader.missing(key, "should be a string"));
  }
}

package dev.weft.dispatch;

import dev.weft.cni.Attachment;
import dev.weft.cni.CniException;
import dev.weft.cni.ConfigReader;
import dev.weft.cni.Json;
import dev.weft.cni.JsonText;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * What a GC that succeeded was about.
 *
 * @param valid nothing if it named no attachments, and so removed none
 */
record GcRequest(String plugin, String network, Optional<Set<Attachment>> valid) {
  private static final String VALID_ATTACHMENTS = "cni.dev/valid-attachments";

  static GcRequest read(String plugin, byte[] configuration) {
    try {
      Json.Obj json = JsonText.readObject(configuration, "the configuration");
      ConfigReader reader = new ConfigReader(json, "");
      String network = reader.string("name").orElse("");
      if (!json.has(VALID_ATTACHMENTS)) {
        return new GcRequest(plugin, network, Optional.empty());
      }
      Set<Attachment> valid = new HashSet<>();
      for (ConfigReader each : reader.objects(VALID_ATTACHMENTS)) {
        valid.add(
            new Attachment(
                each.string("containerID").orElse(""), each.string("ifname").orElse("")));
      }
      return new GcRequest(plugin, network, Optional.of(valid));
    } catch (CniException e) {
      return new GcRequest(plugin, "", Optional.empty());
    }
  }

  /** Whether it has removed what a DEL would have. */
  boolean removed(PendingDelete delete) {
    Optional<AttachmentKey> key = delete.key();
    return key.isPresent()
        && key.get().plugin().equals(plugin)
        && key.get().network().equals(network)
        && valid.filter(all -> !all.contains(key.get().attachment())).isPresent();
  }
}

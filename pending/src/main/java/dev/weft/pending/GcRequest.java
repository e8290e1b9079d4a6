package dev.weft.pending;

import dev.weft.cni.Attachment;
import dev.weft.cni.CniException;
import dev.weft.cni.ConfigReader;
import dev.weft.cni.ValidAttachments;
import java.util.Optional;
import java.util.Set;

/**
 * What a GC that succeeded was about.
 *
 * @param valid nothing if it named no attachments, and so removed none
 */
record GcRequest(String plugin, String network, Optional<Set<Attachment>> valid) {
  static GcRequest read(String plugin, byte[] configuration) {
    try {
      ConfigReader reader =
          new ConfigReader(ConfigReader.decode(configuration, "the configuration"), "");
      return new GcRequest(plugin, reader.string("name").orElse(""), ValidAttachments.in(reader));
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

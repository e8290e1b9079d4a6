package dev.weft.cli;

import dev.weft.cni.Attachment;
import dev.weft.runtime.CachedAttachment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code weft gc}. */
@Command(
    name = "gc",
    description = {
      "Removes what a network holds for attachments that are no more.",
      "Kept are those that the cache remembers and whose namespace exists, or those of --keep."
    })
final class GcCommand extends NetworkCommand {
  @Parameters(index = "0", paramLabel = "NETWORK", description = "The name of a network.")
  private String network = "";

  @Option(
      names = "--keep",
      paramLabel = "ID:IFNAME",
      converter = AttachmentConverter.class,
      description = "An attachment that is valid; may be repeated. All others are not.")
  private List<Attachment> keep = new ArrayList<>();

  @Override
  public void run() {
    chain().gc(load(network), keep.isEmpty() ? living() : Set.copyOf(keep));
  }

  private Set<Attachment> living() {
    Set<Attachment> living = new HashSet<>();
    for (CachedAttachment cached : cache().attachments(network)) {
      if (NamespacePath.leadsToNamespace(cached.endpoint().netns())) {
        living.add(cached.endpoint().attachment());
      }
    }
    return living;
  }

  /** Reads {@code ID:IFNAME}. */
  static final class AttachmentConverter implements ITypeConverter<Attachment> {
    @Override
    public Attachment convert(String text) {
      int colon = text.indexOf(':');
      if (colon <= 0 || colon == text.length() - 1) {
        throw new TypeConversionException("should be a container id, ':' and an interface name");
      }
      return new Attachment(text.substring(0, colon), text.substring(colon + 1));
    }
  }
}

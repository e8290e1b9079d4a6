package dev.weft.ipam.lease;

import dev.weft.cni.Attachment;
import dev.weft.net.IpAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The content of a lease file.
 *
 * @param text container id, CR LF, interface name; or the id alone
 */
record Holder(String text) {
  private static final String LINE_BREAK = "\r\n";

  static Holder of(Attachment attachment) {
    return new Holder(attachment.containerId() + LINE_BREAK + attachment.ifName());
  }

  /** The holder that a lease names if it names no interface. */
  static Holder ofContainer(Attachment attachment) {
    return new Holder(attachment.containerId());
  }

  static Holder of(Lease lease) {
    return new Holder(
        lease
            .ifName()
            .map(name -> lease.containerId() + LINE_BREAK + name)
            .orElse(lease.containerId()));
  }

  /**
   * Reads a file's content. Nothing, for a file without content or with NULs alone, which is what a
   * crash leaves of a file that was created first and written later: nobody could release it.
   */
  static Optional<Holder> parse(byte[] content) {
    String text = new String(content, StandardCharsets.UTF_8).replace('\0', ' ').strip();
    return text.isEmpty() ? Optional.empty() : Optional.of(new Holder(text));
  }

  byte[] toBytes() {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  Lease lease(IpAddress address, boolean orphaned) {
    int end = text.indexOf(LINE_BREAK);
    return end < 0
        ? new Lease(address, text, Optional.empty(), orphaned)
        : new Lease(
            address,
            text.substring(0, end),
            Optional.of(text.substring(end + LINE_BREAK.length())),
            orphaned);
  }
}

package dev.weft.kernel.linux;

import dev.weft.kernel.netlink.MessageWriter;

/** The fixed part that every message about links starts with: struct ifinfomsg. */
final class LinkMessages {
  private LinkMessages() {}

  /** Starts a message about one link, or about none yet if the index is 0. */
  static MessageWriter about(int type, int flags, int index) {
    return header(new MessageWriter(type, flags), Rtnetlink.AF_UNSPEC, index);
  }

  static MessageWriter header(MessageWriter message, int family, int index) {
    return header(message, family, index, 0, 0);
  }

  /**
   * Writes the fixed part.
   *
   * @param flags of {@code IFF_*}
   * @param changedFlags those of them that are meant; the link keeps the others
   */
  static MessageWriter header(
      MessageWriter message, int family, int index, int flags, int changedFlags) {
    return message
        .putByte(family)
        .putByte(0)
        .putShort(0)
        .putInt(index)
        .putInt(flags)
        .putInt(changedFlags);
  }
}

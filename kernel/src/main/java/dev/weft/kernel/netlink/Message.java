package dev.weft.kernel.netlink;

/**
 * One message that the kernel sent: where it lies in the datagram that brought it.
 *
 * @param type of the family, such as RTM_NEWLINK
 * @param flags of {@code NLM_F_*}
 * @param sequence of the request that it answers
 * @param body what follows the header
 */
public record Message(int type, int flags, int sequence, AttributeReader body) {
  static final int NLMSG_NOOP = 1;
  static final int NLMSG_ERROR = 2;
  static final int NLMSG_DONE = 3;
  static final int NLMSG_OVERRUN = 4;

  static final int NLM_F_DUMP_INTR = 0x10;
  static final int NLM_F_CAPPED = 0x100;
  static final int NLM_F_ACK_TLVS = 0x200;

  /**
   * Reads the message that starts at an offset of a datagram.
   *
   * @throws NetlinkException if no whole message stands there
   */
  static Message at(byte[] datagram, int offset) throws NetlinkException {
    int left = datagram.length - offset;
    if (left < MessageWriter.HEADER) {
      throw NetlinkException.malformed(left + " bytes are left where a message should start");
    }
    int length = ByteLayout.getInt(datagram, offset);
    if (length < MessageWriter.HEADER || length > left) {
      throw NetlinkException.malformed(
          "a message claims " + Integer.toUnsignedString(length) + " bytes, " + left + " are left");
    }
    return new Message(
        ByteLayout.getShort(datagram, offset + 4),
        ByteLayout.getShort(datagram, offset + 6),
        ByteLayout.getInt(datagram, offset + 8),
        new AttributeReader(datagram, offset + MessageWriter.HEADER, offset + length));
  }

  /** Where the message after this one starts, in the same datagram. */
  int next() {
    return (body.end() + 3) & ~3;
  }

  boolean isInterrupted() {
    return (flags & NLM_F_DUMP_INTR) != 0;
  }
}

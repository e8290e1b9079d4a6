package dev.weft.kernel.netlink;

/** What NLMSG_ERROR and NLMSG_DONE say: an error number or 0, and the kernel's words about it. */
final class Acknowledgement {
  private static final int NLMSGERR_ATTR_MSG = 1;
  private static final int NLMSGERR_ATTR_OFFS = 2;
  private static final int NLMSGERR_ATTR_MISS_TYPE = 5;

  private Acknowledgement() {}

  /** The error number, positive, or 0 if all went well. */
  static int errno(Message message) throws NetlinkException {
    return message.type() == Message.NLMSG_DONE && message.body().remaining() < 4
        ? 0
        : Math.max(0, -message.body().getInt(0));
  }

  /** The words about an error; empty if the kernel has none. */
  static String detail(Message message, MessageWriter request) throws NetlinkException {
    if ((message.flags() & Message.NLM_F_ACK_TLVS) == 0) {
      return "";
    }
    AttributeReader body = message.body();
    if (message.type() == Message.NLMSG_DONE) {
      body.skip(4);
    } else if ((message.flags() & Message.NLM_F_CAPPED) != 0) {
      body.skip(4 + MessageWriter.HEADER);
    } else {
      body.skip(4 + Math.max(MessageWriter.HEADER, body.getInt(4)));
    }
    String text = "";
    int attribute = -1;
    int missing = -1;
    while (body.next()) {
      switch (body.type()) {
        case NLMSGERR_ATTR_MSG -> text = body.asString();
        case NLMSGERR_ATTR_OFFS -> attribute = request.attributeTypeAt(body.asInt());
        case NLMSGERR_ATTR_MISS_TYPE -> missing = body.asInt();
        default -> {}
      }
    }
    if (missing >= 0) {
      return text + " (attribute " + missing + " is missing)";
    }
    return attribute < 0 ? text : text + " (attribute " + attribute + " of the request)";
  }
}

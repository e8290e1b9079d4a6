package dev.weft.kernel.netlink;

import java.util.Arrays;

/** A message as its receiver would see it. */
public final class Readback {
  private Readback() {}

  public static Message of(MessageWriter writer) throws NetlinkException {
    return Message.at(Arrays.copyOf(writer.seal(0, 1), writer.length()), 0);
  }
}

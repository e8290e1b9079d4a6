package dev.weft.kernel.linux;

import dev.weft.kernel.libc.Libc;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Sends Ethernet frames as they are (packet(7)). */
final class PacketSocket {
  private PacketSocket() {}

  /**
   * Sends a frame on a link of the calling thread's namespace.
   *
   * @return an error number negated, if it cannot be sent
   */
  static int send(int linkIndex, byte[] frame) {
    // Protocol 0: the socket is not to receive.
    int descriptor = Libc.socket(Libc.AF_PACKET, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
      return descriptor;
    }
    // struct sockaddr_ll: family, protocol as in the frame, index, type, kind, address
    byte[] address =
        ByteBuffer.allocate(20)
            .order(ByteOrder.nativeOrder())
            .putShort((short) Libc.AF_PACKET)
            .put(frame, 12, 2)
            .putInt(linkIndex)
            .putShort((short) 0)
            .put((byte) 0)
            .put((byte) 6)
            .put(frame, 0, 6)
            .array();
    int sent = Libc.sendto(descriptor, frame, address);
    Libc.close(descriptor);
    return sent;
  }
}

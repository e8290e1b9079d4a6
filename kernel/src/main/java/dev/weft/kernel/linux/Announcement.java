package dev.weft.kernel.linux;

import dev.weft.net.IpAddress;
import dev.weft.net.MacAddress;
import java.nio.ByteBuffer;

/** The Ethernet frame that tells a segment where an address is now. */
final class Announcement {
  private static final MacAddress BROADCAST = new MacAddress(0xFFFF_FFFF_FFFFL);
  private static final MacAddress ALL_NODES_MAC = new MacAddress(0x3333_0000_0001L);
  private static final IpAddress ALL_NODES = IpAddress.of("ff02::1");

  private static final short ETHERTYPE_ARP = 0x0806;
  private static final short ETHERTYPE_IPV6 = (short) 0x86DD;

  private static final byte ICMPV6 = 58;
  private static final byte NEIGHBOUR_ADVERTISEMENT = (byte) 136;

  /** Replaces what the receivers know (RFC 4861, 4.4). */
  private static final int OVERRIDE = 0x2000_0000;

  private static final int ADVERTISEMENT_LENGTH = 32;

  private Announcement() {}

  static byte[] frame(MacAddress mac, IpAddress address) {
    return address.isV4() ? arp(mac, address) : advertisement(mac, address);
  }

  /** An ARP announcement (RFC 5227, 3): a request in which the address asks for itself. */
  private static byte[] arp(MacAddress mac, IpAddress address) {
    byte[] ip = address.toBytes();
    return ByteBuffer.allocate(42)
        .put(BROADCAST.toBytes())
        .put(mac.toBytes())
        .putShort(ETHERTYPE_ARP)
        .putShort((short) 1) // Ethernet
        .putShort((short) 0x0800) // IPv4
        .put((byte) 6)
        .put((byte) 4)
        .putShort((short) 1) // request
        .put(mac.toBytes())
        .put(ip)
        .put(new byte[6])
        .put(ip)
        .array();
  }

  /** An unsolicited neighbour advertisement (RFC 4861, 7.2.6) to all nodes. */
  private static byte[] advertisement(MacAddress mac, IpAddress address) {
    ByteBuffer frame =
        ByteBuffer.allocate(14 + 40 + ADVERTISEMENT_LENGTH)
            .put(ALL_NODES_MAC.toBytes())
            .put(mac.toBytes())
            .putShort(ETHERTYPE_IPV6)
            .putInt(6 << 28) // version; no class, no flow
            .putShort((short) ADVERTISEMENT_LENGTH)
            .put(ICMPV6)
            .put((byte) 255) // hop limit: receivers drop what has less
            .put(address.toBytes())
            .put(ALL_NODES.toBytes())
            .put(NEIGHBOUR_ADVERTISEMENT)
            .put((byte) 0)
            .putShort((short) 0)
            .putInt(OVERRIDE)
            .put(address.toBytes())
            .put((byte) 2) // option: target link-layer address
            .put((byte) 1) // in units of 8 bytes
            .put(mac.toBytes());
    // The checksum's pseudo header: both addresses, the length, the protocol (RFC 8200, 8.1).
    int sum = ADVERTISEMENT_LENGTH + ICMPV6;
    for (int at = 14 + 8; at < frame.capacity(); at += 2) {
      sum += Short.toUnsignedInt(frame.getShort(at));
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xFFFF) + (sum >>> 16);
    }
    return frame.putShort(14 + 40 + 2, (short) ~sum).array();
  }
}

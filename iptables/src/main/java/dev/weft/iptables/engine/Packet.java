package dev.weft.iptables.engine;

import dev.weft.iptables.ruleset.Side;
import dev.weft.net.IpAddress;

/**
 * What rules look at in a packet.
 *
 * @param protocol as iptables writes it: {@code tcp}, {@code ipv6-icmp}
 * @param sourcePort 0 for protocols without ports
 * @param destinationPort likewise
 * @param mark of the kernel, not of the wire
 */
public record Packet(
    IpAddress source,
    IpAddress destination,
    String protocol,
    int sourcePort,
    int destinationPort,
    int mark) {

  public Packet {
    if (source.family() != destination.family()) {
      throw new IllegalArgumentException(
          "a packet from " + source + " to " + destination + " would be of two families");
    }
  }

  IpAddress address(Side side) {
    return side == Side.SOURCE ? source : destination;
  }

  int port(Side side) {
    return side == Side.SOURCE ? sourcePort : destinationPort;
  }

  Packet withSource(IpAddress address) {
    return new Packet(address, destination, protocol, sourcePort, destinationPort, mark);
  }

  Packet withDestination(IpAddress address, int port) {
    return new Packet(source, address, protocol, sourcePort, port, mark);
  }

  Packet withMark(int value) {
    return new Packet(source, destination, protocol, sourcePort, destinationPort, value);
  }
}

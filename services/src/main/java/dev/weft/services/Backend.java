package dev.weft.services;

import dev.weft.net.IpAddress;
import java.util.Comparator;

/**
 * Where a packet to a Service may be sent.
 *
 * @param local on this node
 */
public record Backend(IpAddress address, int port, boolean local) implements Comparable<Backend> {
  private static final Comparator<Backend> ORDER =
      Comparator.comparing(Backend::address)
          .thenComparingInt(Backend::port)
          .thenComparing(Backend::local);

  @Override
  public int compareTo(Backend other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return address.isV6() ? "[" + address + "]:" + port : address + ":" + port;
  }
}

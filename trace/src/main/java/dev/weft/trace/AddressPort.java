package dev.weft.trace;

import dev.weft.net.IpAddress;
import java.util.Comparator;
import java.util.Optional;

/** An address and a port; in text {@code 10.0.0.1:80}, {@code [fd00::1]:80}. */
public record AddressPort(IpAddress address, int port) implements Comparable<AddressPort> {
  private static final Comparator<AddressPort> ORDER =
      Comparator.comparing(AddressPort::address).thenComparingInt(AddressPort::port);
  private static final int MAX_PORT = 65535;

  /** Reads a text, or nothing if it is not that. */
  public static Optional<AddressPort> parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 0) {
      return Optional.empty();
    }
    String host = text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    Optional<IpAddress> address =
        IpAddress.parse(bracketed ? host.substring(1, host.length() - 1) : host)
            .filter(found -> bracketed || found.isV4());
    return address.flatMap(
        found -> port(text.substring(colon + 1)).map(port -> new AddressPort(found, port)));
  }

  private static Optional<Integer> port(String text) {
    boolean digits =
        !text.isEmpty() && text.length() <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    return digits
        ? Optional.of(Integer.parseInt(text)).filter(port -> port >= 1 && port <= MAX_PORT)
        : Optional.empty();
  }

  @Override
  public int compareTo(AddressPort other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return address.isV6() ? "[" + address + "]:" + port : address + ":" + port;
  }
}

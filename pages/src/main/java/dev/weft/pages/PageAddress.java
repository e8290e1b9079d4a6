package dev.weft.pages;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/** Where pages are told, as people write it. */
public final class PageAddress {
  private PageAddress() {}

  /** Reads {@code ADDRESS:PORT}, IPv6 in brackets; nothing if it is no such thing. */
  public static Optional<InetSocketAddress> parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 0) {
      return Optional.empty();
    }
    String host = text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (host.contains(":") != bracketed) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new InetSocketAddress(
              InetAddress.ofLiteral(bracketed ? host.substring(1, host.length() - 1) : host),
              Integer.parseUnsignedInt(text.substring(colon + 1))));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // no address, or no port
    }
  }
}

package dev.weft.agent;

import dev.weft.pages.PageAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/** Where the metrics are told. Nobody is asked who he is, so it is on this machine only. */
public sealed interface MetricsAddress {
  /** For root. */
  record UnixSocket(Path path) implements MetricsAddress {}

  /**
   * For every process of the machine.
   *
   * @param address a loopback address; its port 0 takes any that is free
   */
  record Port(InetSocketAddress address) implements MetricsAddress {}

  /**
   * Reads {@code ADDRESS:PORT} or an absolute path.
   *
   * @throws IllegalArgumentException with a sentence about what is wrong
   */
  static MetricsAddress parse(String text) {
    if (text.startsWith("/")) {
      return new UnixSocket(Path.of(text));
    }
    return PageAddress.parse(text)
        .filter(address -> address.getAddress().isLoopbackAddress())
        .map(Port::new)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'"
                        + text
                        + "' should be a port of a loopback address, such as 127.0.0.1:9180 or"
                        + " [::1]:9180, or the absolute path of a Unix socket"));
  }
}

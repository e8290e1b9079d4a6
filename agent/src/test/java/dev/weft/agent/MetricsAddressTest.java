package dev.weft.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Metrics are told on this machine only. */
class MetricsAddressTest {
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:9180, 127.0.0.1, 9180",
    "127.9.9.9:0, 127.9.9.9, 0",
    "[::1]:65535, ::1, 65535"
  })
  void aLoopbackPortIsTaken(String text, String host, int port) {
    assertEquals(
        new MetricsAddress.Port(new InetSocketAddress(InetAddress.ofLiteral(host), port)),
        MetricsAddress.parse(text));
  }

  @Test
  void anAbsolutePathIsAUnixSocket() {
    assertEquals(
        new MetricsAddress.UnixSocket(Path.of("/run/weft/a:1")),
        MetricsAddress.parse("/run/weft/a:1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0.0.0.0:9180",
        "[::]:9180",
        "192.0.2.1:9180",
        "localhost:9180",
        "example.org:80",
        "::1:9180",
        "[127.0.0.1]:9180",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:65536",
        "127.0.0.1:-1",
        ":9180",
        "9180",
        "metrics.sock"
      })
  void anythingElseIsRefusedWithASentence(String text) {
    String message =
        String.valueOf(
            assertThrows(IllegalArgumentException.class, () -> MetricsAddress.parse(text))
                .getMessage());
    assertTrue(
        message.startsWith("'" + text + "' should be a port of a loopback address"), message);
  }
}

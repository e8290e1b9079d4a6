package dev.weft.kernel;

import dev.weft.net.IpAddress;
import dev.weft.net.MacAddress;
import java.nio.charset.StandardCharsets;

/** One part of a key, or a value, in nftables' own types. */
public sealed interface NftValue {
  /** {@code ipv4_addr} or {@code ipv6_addr}. */
  record Address(IpAddress address) implements NftValue {}

  /** {@code ether_addr}. */
  record Mac(MacAddress mac) implements NftValue {}

  /** {@code ifname}. */
  record InterfaceName(String name) implements NftValue {
    public InterfaceName {
      if (name.isEmpty() || name.getBytes(StandardCharsets.UTF_8).length > 15) {
        throw new IllegalArgumentException("an interface name has 1 to 15 bytes: \"" + name + "\"");
      }
    }
  }

  /** {@code inet_proto}: an IP protocol number. */
  record Protocol(int number) implements NftValue {
    public Protocol {
      within(number, 0xFF, "an IP protocol number");
    }
  }

  /** {@code inet_service}: a port. */
  record Port(int number) implements NftValue {
    public Port {
      within(number, 0xFFFF, "a port");
    }
  }

  /** {@code mark} and other 32-bit integers in host order. */
  record Mark(int bits) implements NftValue {}

  private static void within(int number, int max, String what) {
    if (number < 0 || number > max) {
      throw new IllegalArgumentException(what + " is within 0.." + max + ", not " + number);
    }
  }
}

package dev.weft.kernel;

import dev.weft.net.IpAddress;
import dev.weft.net.MacAddress;

/** One part of a key, or a value, in nftables' own types. */
public sealed interface NftValue {
  /** {@code ipv4_addr} or {@code ipv6_addr}. */
  record Address(IpAddress address) implements NftValue {}

  /** {@code ether_addr}. */
  record Mac(MacAddress mac) implements NftValue {}

  /** {@code ifname}. */
  record InterfaceName(String name) implements NftValue {}

  /** {@code inet_proto}: an IP protocol number. */
  record Protocol(int number) implements NftValue {}

  /** {@code inet_service}: a port. */
  record Port(int number) implements NftValue {}

  /** {@code mark} and other 32-bit integers in host order. */
  record Mark(int bits) implements NftValue {}
}

package dev.weft.iptables.engine.compiled;

import java.util.Map;
import java.util.OptionalInt;

/**
 * Numbers of protocols by the names that iptables writes: its own ({@code xtables.c}), and those of
 * {@code /etc/protocols} that rules are known to have.
 */
final class Protocols {
  private static final Map<String, Integer> NUMBERS =
      Map.ofEntries(
          Map.entry("icmp", 1),
          Map.entry("igmp", 2),
          Map.entry("ipencap", 4),
          Map.entry("ipip", 94),
          Map.entry("tcp", 6),
          Map.entry("udp", 17),
          Map.entry("dccp", 33),
          Map.entry("ipv6", 41),
          Map.entry("gre", 47),
          Map.entry("esp", 50),
          Map.entry("ah", 51),
          Map.entry("icmpv6", 58),
          Map.entry("ipv6-icmp", 58),
          Map.entry("ospf", 89),
          Map.entry("pim", 103),
          Map.entry("vrrp", 112),
          Map.entry("l2tp", 115),
          Map.entry("sctp", 132),
          Map.entry("ipv6-mh", 135),
          Map.entry("mh", 135),
          Map.entry("udplite", 136));

  static final int ICMP = 1;
  static final int TCP = 6;
  static final int UDP = 17;
  static final int ICMP_V6 = 58;
  static final int SCTP = 132;

  private Protocols() {}

  /** The number, or nothing if the name is not known here. */
  static OptionalInt number(String name) {
    Integer known = NUMBERS.get(name);
    if (known != null) {
      return OptionalInt.of(known);
    }
    boolean decimal =
        !name.isEmpty() && name.length() <= 3 && name.chars().allMatch(c -> c >= '0' && c <= '9');
    return decimal && Integer.parseInt(name) <= 255
        ? OptionalInt.of(Integer.parseInt(name))
        : OptionalInt.empty();
  }

  static boolean hasPorts(int number) {
    return number == TCP || number == UDP || number == SCTP;
  }
}

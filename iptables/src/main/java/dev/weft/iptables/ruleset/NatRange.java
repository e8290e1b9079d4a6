package dev.weft.iptables.ruleset;

import dev.weft.net.IpAddress;
import java.util.Optional;

/**
 * What addresses and ports a connection may be given. The kernel picks from a range; what is absent
 * stays as it is.
 */
public record NatRange(Optional<Addresses> addresses, Optional<PortRange> ports) {

  /** Addresses of one family from the first to the last, both included. */
  public record Addresses(IpAddress first, IpAddress last) {
    public Addresses {
      if (first.family() != last.family() || first.compareTo(last) > 0) {
        throw new IllegalArgumentException("addresses " + first + " to " + last + " are no range");
      }
    }
  }

  public NatRange {
    if (addresses.isEmpty() && ports.isEmpty()) {
      throw new IllegalArgumentException("a NAT range has addresses or ports");
    }
  }

  /** One address, ports as they are. */
  public static NatRange of(IpAddress address) {
    return new NatRange(Optional.of(new Addresses(address, address)), Optional.empty());
  }

  /** One address and one port. */
  public static NatRange of(IpAddress address, int port) {
    return new NatRange(
        Optional.of(new Addresses(address, address)), Optional.of(PortRange.of(port)));
  }

  /** Reads {@code 10.0.0.1-10.0.0.9:80-90}, {@code [fd00::1]:80}, {@code :80} and the like. */
  static NatRange parse(String text) {
    boolean bracketed = text.startsWith("[");
    int colon = bracketed ? text.indexOf("]:") + 1 : text.lastIndexOf(':');
    boolean plainV6 = !bracketed && text.indexOf(':') != colon;
    if (colon < 0 || plainV6) {
      return new NatRange(Optional.of(addresses(text)), Optional.empty());
    }
    String addresses = bracketed ? text.substring(1, colon - 1) : text.substring(0, colon);
    return new NatRange(
        addresses.isEmpty() ? Optional.empty() : Optional.of(addresses(addresses)),
        Optional.of(PortRange.parse(text.substring(colon + 1), '-')));
  }

  private static Addresses addresses(String text) {
    int hyphen = text.indexOf('-');
    IpAddress first = IpAddress.of(hyphen < 0 ? text : text.substring(0, hyphen));
    return new Addresses(first, hyphen < 0 ? first : IpAddress.of(text.substring(hyphen + 1)));
  }

  /** As iptables writes it. */
  @Override
  public String toString() {
    String to = addresses.map(NatRange::text).orElse("");
    if (ports.isEmpty()) {
      return to;
    }
    boolean bracketed = addresses.isPresent() && addresses.get().first().isV6();
    return (bracketed ? "[" + to + "]" : to) + ":" + ports.get().text('-');
  }

  private static String text(Addresses addresses) {
    return addresses.first().equals(addresses.last())
        ? addresses.first().toString()
        : addresses.first() + "-" + addresses.last();
  }
}

package dev.weft.ipam;

import dev.weft.cni.ConfigReader;
import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import java.util.Optional;

/**
 * A part of a subnet from which addresses are given out.
 *
 * @param subnet without host bits
 * @param first the lowest address that may be given out
 * @param last the highest
 * @param gateway the container's; need not lie in the range, nor even in the subnet
 */
record AddressRange(IpPrefix subnet, IpAddress first, IpAddress last, IpAddress gateway) {

  /** Two host bits: fewer leave nothing between network, gateway and broadcast. */
  private static final int LEAST_HOST_BITS = 2;

  /** Reads {@code subnet}, {@code rangeStart}, {@code rangeEnd} and {@code gateway}. */
  static AddressRange read(ConfigReader reader) {
    IpPrefix subnet =
        reader
            .ipPrefix("subnet")
            .orElseThrow(() -> reader.missing("subnet", "should be a network, as 10.1.0.0/16 is"));
    if (!subnet.isNetwork()) {
      throw reader.refused("subnet", "should have no host bits: " + subnet.network());
    }
    if (subnet.family().bits() - subnet.length() < LEAST_HOST_BITS) {
      throw reader.refused("subnet", "should be wide enough to give addresses from: /30, /126");
    }
    Optional<IpAddress> start = inSubnet(reader, "rangeStart", subnet);
    Optional<IpAddress> end = inSubnet(reader, "rangeEnd", subnet);
    IpAddress first = highest(start.orElse(subnet.first()), subnet.first().plus(1));
    IpAddress lastUsable = subnet.family().bits() == 32 ? subnet.last().plus(-1) : subnet.last();
    IpAddress last = lowest(end.orElse(lastUsable), lastUsable);
    if (first.compareTo(last) > 0) {
      throw reader.refused(
          end.isPresent() ? "rangeEnd" : "rangeStart",
          "should leave addresses between rangeStart and rangeEnd, network and broadcast aside");
    }
    IpAddress gateway = reader.ipAddress("gateway").orElse(subnet.first().plus(1));
    if (gateway.family() != subnet.family()) {
      throw reader.refused("gateway", "should be of the same family as the subnet " + subnet);
    }
    return new AddressRange(subnet, first, last, gateway);
  }

  boolean contains(IpAddress address) {
    return address.family() == subnet.family()
        && address.compareTo(first) >= 0
        && address.compareTo(last) <= 0;
  }

  boolean overlaps(AddressRange other) {
    return contains(other.first) || other.contains(first);
  }

  @Override
  public String toString() {
    return first + "-" + last;
  }

  private static Optional<IpAddress> inSubnet(ConfigReader reader, String key, IpPrefix subnet) {
    Optional<IpAddress> address = reader.ipAddress(key);
    if (address.isPresent() && !subnet.contains(address.get())) {
      throw reader.refused(key, "should lie in the subnet " + subnet);
    }
    return address;
  }

  private static IpAddress highest(IpAddress one, IpAddress other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  private static IpAddress lowest(IpAddress one, IpAddress other) {
    return one.compareTo(other) <= 0 ? one : other;
  }
}

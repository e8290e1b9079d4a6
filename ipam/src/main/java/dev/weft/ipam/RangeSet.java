package dev.weft.ipam;

import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import java.util.List;
import java.util.Optional;

/**
 * Ranges of one family of which each container gets one address.
 *
 * @param ranges one or more, in the order in which they are used
 */
record RangeSet(List<AddressRange> ranges) {

  RangeSet {
    ranges = List.copyOf(ranges);
  }

  IpFamily family() {
    return ranges.getFirst().subnet().family();
  }

  boolean contains(IpAddress address) {
    return rangeOf(address).isPresent();
  }

  Optional<AddressRange> rangeOf(IpAddress address) {
    for (AddressRange range : ranges) {
      if (range.contains(address)) {
        return Optional.of(range);
      }
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (AddressRange range : ranges) {
      text.append(text.isEmpty() ? "" : ", ").append(range);
    }
    return text.toString();
  }
}

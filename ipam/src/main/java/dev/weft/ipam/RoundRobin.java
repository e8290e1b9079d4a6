package dev.weft.ipam;

import dev.weft.ipam.lease.Occupancy;
import dev.weft.net.IpAddress;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which address comes next: the one after the last, through all ranges of a set and around. So an
 * address that was freed rests as long as possible before somebody else has it.
 */
final class RoundRobin {
  private RoundRobin() {}

  /**
   * The next free address.
   *
   * @param last given out before; one outside the set, as after a change of configuration, counts
   *     as none
   * @param gateways never given out
   * @throws IOException only if {@code taken} does
   */
  static Optional<IpAddress> next(
      RangeSet set, Optional<IpAddress> last, Set<IpAddress> gateways, Occupancy taken)
      throws IOException {
    List<AddressRange> ranges = set.ranges();
    int start = 0;
    while (last.isPresent() && start < ranges.size() && !ranges.get(start).contains(last.get())) {
      start++;
    }
    if (last.isEmpty() || start == ranges.size()) {
      return inRanges(ranges, 0, ranges.size(), gateways, taken);
    }
    AddressRange current = ranges.get(start);
    Optional<IpAddress> found = Optional.empty();
    if (!last.get().equals(current.last())) {
      found = between(last.get().plus(1), current.last(), gateways, taken);
    }
    if (found.isEmpty()) {
      found = inRanges(ranges, start + 1, ranges.size() - 1, gateways, taken);
    }
    return found.isPresent() ? found : between(current.first(), last.get(), gateways, taken);
  }

  /** Looks through {@code count} whole ranges, from one of them on and around. */
  private static Optional<IpAddress> inRanges(
      List<AddressRange> ranges, int from, int count, Set<IpAddress> gateways, Occupancy taken)
      throws IOException {
    for (int i = 0; i < count; i++) {
      AddressRange range = ranges.get((from + i) % ranges.size());
      Optional<IpAddress> found = between(range.first(), range.last(), gateways, taken);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private static Optional<IpAddress> between(
      IpAddress from, IpAddress to, Set<IpAddress> gateways, Occupancy taken) throws IOException {
    Optional<IpAddress> found = taken.firstFree(from, to);
    while (found.isPresent() && gateways.contains(found.get())) {
      IpAddress gateway = found.get();
      found = gateway.equals(to) ? Optional.empty() : taken.firstFree(gateway.plus(1), to);
    }
    return found;
  }
}

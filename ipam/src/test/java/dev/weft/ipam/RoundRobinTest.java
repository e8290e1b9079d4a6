package dev.weft.ipam;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The choice of the next address against a walk through a list of all of them. */
class RoundRobinTest {
  private static final IpAddress BASE = IpAddress.of("10.1.0.0");
  private static final IpAddress V6_BASE = IpAddress.of("fd00::ffff:ffff:ffff:fff0");

  @Property(tries = 2000)
  void isTheFirstFreeAfterTheLastInAWalkAround(
      @ForAll("rangeSets") RangeSet set,
      @ForAll("offsets") Set<Integer> takenOffsets,
      @ForAll("offsets") Set<Integer> gatewayOffsets,
      @ForAll("lasts") Optional<Integer> lastOffset)
      throws IOException {
    IpAddress base = set.family().bits() == 32 ? BASE : V6_BASE;
    Set<IpAddress> taken = addresses(base, takenOffsets);
    Set<IpAddress> gateways = addresses(base, gatewayOffsets);
    Optional<IpAddress> last = lastOffset.map(base::plus);

    assertEquals(
        naiveNext(set, last, gateways, taken),
        RoundRobin.next(set, last, gateways, (from, to) -> naiveFirstFree(from, to, taken)));
  }

  private static Optional<IpAddress> naiveNext(
      RangeSet set, Optional<IpAddress> last, Set<IpAddress> gateways, Set<IpAddress> taken) {
    List<IpAddress> all = new ArrayList<>();
    for (AddressRange range : set.ranges()) {
      for (IpAddress ip = range.first(); range.contains(ip); ip = ip.plus(1)) {
        all.add(ip);
      }
    }
    int at = last.map(all::indexOf).orElse(-1);
    Collections.rotate(all, -(at + 1));
    return all.stream().filter(ip -> !taken.contains(ip) && !gateways.contains(ip)).findFirst();
  }

  private static Optional<IpAddress> naiveFirstFree(
      IpAddress from, IpAddress to, Set<IpAddress> taken) {
    for (IpAddress ip = from; ip.compareTo(to) <= 0; ip = ip.plus(1)) {
      if (!taken.contains(ip)) {
        return Optional.of(ip);
      }
    }
    return Optional.empty();
  }

  private static Set<IpAddress> addresses(IpAddress base, Set<Integer> offsets) {
    Set<IpAddress> addresses = new HashSet<>();
    offsets.forEach(offset -> addresses.add(base.plus(offset)));
    return addresses;
  }

  @Provide
  Arbitrary<Set<Integer>> offsets() {
    return Arbitraries.integers().between(0, 40).set().ofMaxSize(35);
  }

  @Provide
  Arbitrary<Optional<Integer>> lasts() {
    return Arbitraries.integers().between(0, 40).optional();
  }

  /** One to three ranges of up to ten addresses, disjoint, in any order; v6 ones cross a word. */
  @Provide
  Arbitrary<RangeSet> rangeSets() {
    Arbitrary<List<Integer>> bounds =
        Arbitraries.integers()
            .between(0, 40)
            .set()
            .ofMinSize(2)
            .ofMaxSize(6)
            .filter(set -> set.size() % 2 == 0)
            .map(set -> set.stream().sorted().toList());
    return Combinators.combine(bounds, Arbitraries.of(BASE, V6_BASE), Arbitraries.randoms())
        .as(
            (sorted, base, random) -> {
              IpPrefix subnet = base.isV4() ? IpPrefix.of("10.1.0.0/24") : IpPrefix.of("fd00::/48");
              List<AddressRange> ranges = new ArrayList<>();
              for (int i = 0; i < sorted.size(); i += 2) {
                ranges.add(
                    new AddressRange(
                        subnet, base.plus(sorted.get(i)), base.plus(sorted.get(i + 1)), base));
              }
              Collections.shuffle(ranges, random);
              return new RangeSet(ranges);
            });
  }
}

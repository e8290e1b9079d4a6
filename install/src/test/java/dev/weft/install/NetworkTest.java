package dev.weft.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Weft's own network: every subnet that has room for pods, and no other. */
class NetworkTest {

  @Provide
  Arbitrary<IpPrefix> prefixes() {
    return Arbitraries.of(IpFamily.values())
        .flatMap(
            family ->
                Combinators.combine(
                        Arbitraries.longs(),
                        Arbitraries.longs(),
                        Arbitraries.integers().between(1, family.bits()))
                    .as((high, low, length) -> prefix(family, high, low, length)));
  }

  private static IpPrefix prefix(IpFamily family, long high, long low, int length) {
    IpAddress address =
        family == IpFamily.V4
            ? new IpAddress(family, 0, low & 0xFFFF_FFFFL)
            : new IpAddress(family, high, low);
    return new IpPrefix(address, length);
  }

  @Property
  void aNetworkWithRoomIsTakenAsItIs(@ForAll("prefixes") IpPrefix prefix) {
    IpPrefix subnet = prefix.network();
    if (subnet.length() <= subnet.family().bits() - 2) {
      String content = Network.ofSubnets(List.of(subnet)).content();
      assertTrue(content.contains("[ { \"subnet\": \"" + subnet + "\" } ]"), content);
    } else {
      assertThrows(InstallException.class, () -> Network.ofSubnets(List.of(subnet)));
    }
  }

  @Property
  void hostBitsAreRefused(@ForAll("prefixes") IpPrefix prefix) {
    if (!prefix.isNetwork()) {
      String refusal = refusal(List.of(prefix));
      assertTrue(refusal.contains(prefix.network().toString()), refusal);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "10.1.0.1/16,  10.1.0.0/16",
    "10.1.0.0/31,  /30 or wider",
    "fd00::/127,   /126 or wider",
    "0.0.0.0/0,    network for pods"
  })
  void theRefusalSaysWhatWouldBeRight(String subnet, String right) {
    String refusal = refusal(List.of(IpPrefix.of(subnet)));
    assertTrue(refusal.contains(subnet) && refusal.contains(right), refusal);
  }

  @Test
  void oneSubnetPerFamily() {
    List<IpPrefix> both = List.of(IpPrefix.of("10.1.0.0/16"), IpPrefix.of("fd00::/64"));
    String content = Network.ofSubnets(both).content();
    both.forEach(subnet -> assertTrue(content.contains(subnet.toString()), content));
    assertEquals(
        "--subnet 10.2.0.0/16 is the second of its family, but should be the only one",
        refusal(List.of(IpPrefix.of("10.1.0.0/16"), IpPrefix.of("10.2.0.0/16"))));
  }

  private static String refusal(List<IpPrefix> subnets) {
    InstallException refusal =
        assertThrows(InstallException.class, () -> Network.ofSubnets(subnets));
    return String.valueOf(refusal.getMessage());
  }
}

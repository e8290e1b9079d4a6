package dev.weft.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses, prefixes and MACs: text and numbers agree, and strangers' text is refused. */
class AddressesTest {

  @Provide
  Arbitrary<IpAddress> addresses() {
    // Bytes that are often 0 or 255, so that gaps, carries and masks meet their edges.
    Arbitrary<Byte> bytes =
        Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(2, Arbitraries.just((byte) 0)),
            net.jqwik.api.Tuple.of(1, Arbitraries.just((byte) 255)),
            net.jqwik.api.Tuple.of(2, Arbitraries.bytes()));
    return Arbitraries.oneOf(
        bytes.array(byte[].class).ofSize(4).map(IpAddress::of),
        bytes
            .array(byte[].class)
            .ofSize(16)
            .map(IpAddress::of)
            .filter(address -> address.high() != 0 || address.low() >>> 32 != 0xFFFF));
  }

  @Property
  void whatIsWrittenIsReadBack(@ForAll("addresses") IpAddress address) {
    assertEquals(address, IpAddress.of(address.toString()));
    assertEquals(address, IpAddress.of(address.toBytes()));
  }

  @Property
  void theJdkReadsOurTextAsTheSameAddress(@ForAll("addresses") IpAddress address)
      throws UnknownHostException {
    assertTrue(
        Arrays.equals(address.toBytes(), InetAddress.getByName(address.toString()).getAddress()));
  }

  @Property
  void plusAndMinusAreInverse(@ForAll("addresses") IpAddress address, @ForAll int distance) {
    IpAddress moved = address.plus(distance);
    assertEquals(address, moved.plus(-(long) distance));
    BigInteger modulus = BigInteger.ONE.shiftLeft(address.family().bits());
    assertEquals(BigInteger.valueOf(distance).mod(modulus), moved.minus(address).mod(modulus));
  }

  @Property
  void aPrefixContainsExactlyWhatLiesBetweenItsEnds(
      @ForAll("addresses") IpAddress address, @ForAll("addresses") IpAddress other) {
    for (int length = 0; length <= address.family().bits(); length++) {
      IpPrefix prefix = new IpPrefix(address, length);
      boolean between =
          other.family() == address.family()
              && other.compareTo(prefix.first()) >= 0
              && other.compareTo(prefix.last()) <= 0;
      assertEquals(between, prefix.contains(other));
      assertTrue(prefix.contains(address));
      assertTrue(prefix.network().isNetwork());
      assertEquals(
          BigInteger.ONE.shiftLeft(address.family().bits() - length),
          prefix.last().minus(prefix.first()).add(BigInteger.ONE));
      assertEquals(prefix, IpPrefix.of(prefix.toString()));
      assertEquals(prefix.first(), IpAddress.of(and(address, prefix.mask())));
    }
  }

  @Property
  void prefixesOverlapWhenOneHoldsTheOther(
      @ForAll("addresses") IpAddress a, @ForAll("addresses") IpAddress b) {
    for (int length : new int[] {0, 1, 8, 16, 24, 31, 32}) {
      IpPrefix left = new IpPrefix(a, length);
      IpPrefix right = new IpPrefix(b, 16);
      boolean expected =
          a.family() == b.family()
              && left.first().compareTo(right.last()) <= 0
              && right.first().compareTo(left.last()) <= 0;
      assertEquals(expected, left.overlaps(right));
      assertEquals(expected, right.overlaps(left));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "1.2.3",
        "1.2.3.4.5",
        "256.1.1.1",
        "01.2.3.4",
        "1.2.3.4 ",
        " 1.2.3.4",
        "1.2.3.-4",
        "1..3.4",
        "0x1.2.3.4",
        "localhost",
        ":",
        ":::",
        "1::2::3",
        "1:2:3:4:5:6:7",
        "::g",
        "1:2:3:4:5:6:7:8:9",
        "12345::",
        "fe80::1%eth0",
        "1:2:3:4:5:6:7:8::",
        "::1.2.3",
        "1.2.3.4::",
        "::\u0661"
      })
  void refusesWhatIsNoAddress(String text) {
    assertTrue(IpAddress.parse(text).isEmpty(), text);
  }

  @ParameterizedTest
  @CsvSource({
    "2001:DB8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "0:0:0:0:0:0:0:0, ::",
    "::1, ::1",
    "1::, 1::",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "::ffff:10.0.0.1, 10.0.0.1",
    "64:ff9b::10.0.0.1, 64:ff9b::a00:1",
  })
  void writesTheCanonicalForm(String text, String canonical) {
    assertEquals(canonical, IpAddress.of(text).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/08"})
  void refusesWhatIsNoPrefix(String text) {
    assertTrue(IpPrefix.parse(text).isEmpty(), text);
  }

  @Property
  void macsAreReadBack(@ForAll long bits) {
    MacAddress mac = MacAddress.locallyAdministered(bits);
    assertTrue(mac.isUnicast());
    assertEquals(mac, MacAddress.of(mac.toString()));
    assertEquals(mac, MacAddress.of(mac.toString().replace(':', '-')));
    assertEquals(mac, MacAddress.of(mac.toBytes()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "02:00:00:00:00", "02:00:00:00:00:0g", "02:00:00:00:00-01", "0200.5e10.0001"})
  void refusesWhatIsNoMac(String text) {
    assertTrue(MacAddress.parse(text).isEmpty(), text);
  }

  @Test
  void knowsWhatMayStandOnAnInterface() {
    assertFalse(MacAddress.of("01:00:5e:00:00:01").isUnicast());
    assertFalse(MacAddress.of("00:00:00:00:00:00").isUnicast());
    assertTrue(MacAddress.of("00:00:5e:00:00:01").isUnicast());
  }

  private static byte[] and(IpAddress a, IpAddress b) {
    byte[] bytes = a.toBytes();
    byte[] mask = b.toBytes();
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] &= mask[i];
    }
    return bytes;
  }
}

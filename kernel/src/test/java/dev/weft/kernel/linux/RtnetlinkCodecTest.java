package dev.weft.kernel.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.kernel.BridgeVlan;
import dev.weft.kernel.netlink.MessageWriter;
import dev.weft.kernel.netlink.NetlinkException;
import dev.weft.kernel.netlink.Readback;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.MacAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** The messages of rtnetlink that cannot be tried on every kernel, and those that are damaged. */
class RtnetlinkCodecTest {

  @Provide
  Arbitrary<List<BridgeVlan>> vlans() {
    Arbitrary<Integer> ids = Arbitraries.integers().between(1, 4094);
    return Combinators.combine(ids, ids, Arbitraries.of(true, false), Arbitraries.of(true, false))
        .as(
            (a, b, pvid, untagged) ->
                new BridgeVlan(
                    Math.min(a, b), pvid ? Math.min(a, b) : Math.max(a, b), pvid, untagged))
        .list()
        .ofMaxSize(20);
  }

  @Property
  void vlansAreReadBackAsTheyAreWritten(@ForAll("vlans") List<BridgeVlan> vlans)
      throws NetlinkException {
    for (boolean bridge : new boolean[] {true, false}) {
      List<BridgeVlan> read = new ArrayList<>();
      MessageWriter request = LinuxBridgeVlans.request(Rtnetlink.RTM_SETLINK, 5, bridge, vlans);
      LinuxBridgeVlans.read(Readback.of(request).body(), read);
      assertEquals(vlans, read);
    }
  }

  @Property(tries = 3000)
  void noBytesBreakTheReaders(@ForAll @Size(max = 100) byte[] bytes) {
    for (int family : new int[] {Rtnetlink.AF_INET, Rtnetlink.AF_INET6, Rtnetlink.AF_BRIDGE}) {
      try {
        LinkReader.read(Readback.of(new MessageWriter(16, 0).putByte(family).put(bytes)));
        MessageWriter route = new MessageWriter(24, 0).putByte(family).put(bytes);
        new RouteReader(Readback.of(route)).read(new ArrayList<>());
        LinuxBridgeVlans.read(Readback.of(route).body(), new ArrayList<>());
        LinuxAddresses.read(Readback.of(route).body());
        LinuxNeighbours.read(Readback.of(route).body());
      } catch (NetlinkException e) {
        assertTrue(e.detail().startsWith("the kernel's answer is malformed: "), e.detail());
      }
    }
  }

  @Test
  void announcesByArp() {
    byte[] frame = Announcement.frame(MacAddress.of("02:00:00:00:00:01"), IpAddress.of("10.1.0.5"));
    assertArrayEquals(
        HexFormat.of()
            .parseHex(
                "ffffffffffff"
                    + "020000000001"
                    + "0806"
                    + "0001080006040001"
                    + "020000000001"
                    + "0a010005"
                    + "000000000000"
                    + "0a010005"),
        frame);
  }

  @Property
  void anAdvertisementHasARightChecksum(@ForAll long high, @ForAll long low, @ForAll long mac) {
    IpAddress address = new IpAddress(IpFamily.V6, high, low);
    byte[] frame = Announcement.frame(MacAddress.locallyAdministered(mac), address);
    assertEquals(14 + 40 + 32, frame.length);
    // Summed with its own checksum and the pseudo header, a right datagram gives all ones.
    long sum = 32 + 58;
    for (int i = 14 + 8; i < frame.length; i += 2) {
      sum += (frame[i] & 0xFF) << 8 | (frame[i + 1] & 0xFF);
    }
    assertEquals(0xFFFF, sum % 0xFFFF == 0 ? 0xFFFF : sum % 0xFFFF);
  }
}

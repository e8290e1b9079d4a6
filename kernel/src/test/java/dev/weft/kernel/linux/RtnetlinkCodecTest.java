package dev.weft.kernel.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.kernel.BridgeVlan;
import dev.weft.kernel.netlink.MessageWriter;
import dev.weft.kernel.netlink.NetlinkException;
import dev.weft.kernel.netlink.Readback;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

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
}

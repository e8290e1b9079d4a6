package dev.weft.iptables;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.net.IpAddress;
import dev.weft.net.MacAddress;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Frames with a forged source address do not pass the bridge of this kernel. */
class SpoofCheckPacketsTest {
  private static final RuleOwner OWNER = new RuleOwner("net", "container-1", "eth0");
  private static final MacAddress MAC = MacAddress.of(PacketLab.POD_MAC);
  private static final String FORGED = "02:00:00:00:66:66";

  private PacketLab lab;
  private SpoofCheck check;

  @BeforeEach
  void build() {
    lab = new PacketLab();
    Assumptions.assumeTrue(
        SpoofCheck.on(lab.node).obstacle().isEmpty(), "needs nftables of the family bridge");
    check = SpoofCheck.on(lab.node);
  }

  @AfterEach
  void end() {
    if (lab != null) {
      lab.close();
    }
  }

  private void assertPasses() {
    assertEquals(
        Optional.of(IpAddress.of(PacketLab.POD_V4)),
        lab.sourceSeen(lab.pod, lab.other, PacketLab.OTHER_V4, true));
  }

  private void bear(String mac) {
    PacketLab.run(lab.pod, "ip link set eth0 address " + mac);
    PacketLab.run(lab.other, "ip neigh flush dev eth0");
  }

  @Test
  void onlyThePodsOwnAddressPasses() {
    check.add(OWNER, PacketLab.POD_PORT, MAC);
    check.add(OWNER, PacketLab.POD_PORT, MAC);
    assertTrue(check.stands(OWNER, PacketLab.POD_PORT, MAC));
    assertPasses();
    bear(FORGED);
    assertEquals(Optional.empty(), lab.sourceSeen(lab.pod, lab.other, PacketLab.OTHER_V4, false));
    String learned = PacketLab.run(lab.node, "bridge fdb show br br0");
    assertFalse(learned.contains(FORGED), learned);
    bear(PacketLab.POD_MAC);
    assertPasses();
    bear(FORGED);
    check.remove(OWNER);
    check.remove(OWNER);
    assertFalse(check.stands(OWNER, PacketLab.POD_PORT, MAC));
    assertPasses();
    assertFalse(lab.rules().contains(OWNER.containerId()), lab.rules());
  }

  @Test
  void portsThatNobodyGuardsAreLeftAlone() {
    check.add(OWNER, "elsewhere", MacAddress.of("02:00:00:00:00:77"));
    assertPasses();
  }

  @Test
  void aPortOfOneThatLeftWithoutAWordIsGuardedForTheNext() {
    RuleOwner next = new RuleOwner("net", "container-2", "eth0");
    check.add(OWNER, PacketLab.POD_PORT, MacAddress.of(FORGED));
    check.add(next, PacketLab.POD_PORT, MAC);
    assertPasses();
    assertFalse(check.stands(OWNER, PacketLab.POD_PORT, MacAddress.of(FORGED)));
    check.retain("net", Set.of(next));
    assertTrue(check.stands(next, PacketLab.POD_PORT, MAC));
    check.retain("net", Set.of());
    assertFalse(check.stands(next, PacketLab.POD_PORT, MAC));
  }
}

package dev.weft.plugins.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.cni.Attachment;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

/** By what an attachment's veth is found again. */
class VethMarkTest {

  @Property
  void everyMarkFitsTheKernel(
      @ForAll @AlphaChars @StringLength(min = 1, max = 300) String network,
      @ForAll @AlphaChars @StringLength(min = 1, max = 300) String containerId) {
    VethMark mark = VethMark.of(network, new Attachment(containerId, "eth0"));
    assertEquals(15, mark.name().length());
    assertTrue(mark.group() > 0, "the group is a positive number");
    assertTrue(mark.mac().isUnicast(), "the MAC may stand on an interface");
    assertTrue(mark.alias().length() <= 255, "the alias fits");
    assertEquals(mark, VethMark.of(network, new Attachment(containerId, "eth0")));
  }

  /** Links that an earlier release made must be found by every later one. */
  @Test
  void theNameAndGroupNeverChange() {
    VethMark mark = VethMark.of("blue", new Attachment("a", "eth0"));
    assertEquals("vethc974cd45a4a", mark.name());
    assertEquals(0x16477688, mark.group());
    assertEquals("weft: net=blue id=a if=eth0", mark.alias());
  }

  @Test
  void networkContainerAndInterfaceEachMakeADifference() {
    String name = name("blue", "a", "eth0");
    assertNotEquals(name, name("red", "a", "eth0"));
    assertNotEquals(name, name("blue", "b", "eth0"));
    assertNotEquals(name, name("blue", "a", "eth1"));
    assertNotEquals(name("blue", "a", "beth0"), name("bluea", "b", "eth0"));
  }

  private static String name(String network, String containerId, String ifName) {
    return VethMark.of(network, new Attachment(containerId, ifName)).name();
  }
}

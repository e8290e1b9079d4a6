package dev.weft.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.net.IpAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Neighbours and forwarding entries that are set by hand. */
class NeighbourContractTest extends NamespaceContract {

  @Test
  void aNeighbourIsSetReplacedAndRemoved() {
    Link a = upVeth("a", MAC_A);
    for (String address : new String[] {"10.1.0.9", "fd00::9"}) {
      Neighbour first = neighbour(a, address, true);
      assertFalse(here.remove(first));
      here.replace(first);
      assertTrue(here.neighbours().contains(first), here.neighbours()::toString);
      Neighbour second =
          new Neighbour.Resolved(a.index(), IpAddress.of(address), Optional.of(MAC_C), true);
      here.replace(second);
      assertTrue(here.neighbours().contains(second), here.neighbours()::toString);
      assertFalse(here.neighbours().contains(first), here.neighbours()::toString);
      assertTrue(here.remove(second));
      assertFalse(here.neighbours().contains(second), here.neighbours()::toString);
    }
  }

  @Test
  void neighboursGoWithTheLinkThatGoesDown() {
    Link a = upVeth("a", MAC_A);
    here.replace(neighbour(a, "10.1.0.9", true));
    here.replace(neighbour(a, "fd00::9", true));
    here.change(a.index(), new LinkChange.Down());
    assertEquals(
        0, here.neighbours().stream().filter(entry -> entry instanceof Neighbour.Resolved).count());
  }

  @Test
  void aNeighbourNeedsALink() {
    refused(
        Errno.ENODEV,
        () ->
            here.replace(
                new Neighbour.Resolved(
                    NOWHERE, IpAddress.of("10.1.0.9"), Optional.of(MAC_B), true)));
  }

  @Test
  void aBridgeForwardsByEntriesOfItsPorts() {
    Link a = upVeth("a", MAC_A);
    Neighbour.Forwarding entry =
        new Neighbour.Forwarding(a.index(), MAC_B, Optional.empty(), false, true);
    refused(Errno.EOPNOTSUPP, () -> here.replace(entry));
    here.change(a.index(), new LinkChange.Master(bridge("br0").index()));
    assertFalse(here.remove(entry));
    here.replace(entry);
    assertTrue(here.neighbours().contains(entry), here.neighbours()::toString);
    here.replace(entry);
    assertTrue(here.remove(entry));
    assertFalse(here.neighbours().contains(entry), here.neighbours()::toString);
    here.replace(entry);
    here.change(a.index(), new LinkChange.NoMaster());
    assertFalse(here.neighbours().contains(entry), here.neighbours()::toString);
  }

  private static Neighbour neighbour(Link link, String address, boolean permanent) {
    return new Neighbour.Resolved(
        link.index(), IpAddress.of(address), Optional.of(MAC_B), permanent);
  }
}

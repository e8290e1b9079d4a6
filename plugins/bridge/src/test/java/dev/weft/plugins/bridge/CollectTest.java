package dev.weft.plugins.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.cni.CniException;
import dev.weft.cni.Result;
import dev.weft.kernel.Link;
import dev.weft.kernel.LinkChange;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.kernel.NewLink;
import dev.weft.kernel.memory.InMemoryKernel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** GC removes what no valid attachment has, of its own network only. */
class CollectTest {
  private final InMemoryKernel kernel = new InMemoryKernel();
  private final BridgePlugin plugin = new BridgePlugin(kernel);
  private final NetworkNamespace host = kernel.own();
  private final AddressPool pool = new AddressPool("10.1.0.0/24");
  private final Call call = Call.withPool(pool).with("ipMasq", "true").with("macspoofchk", "true");

  @BeforeEach
  void addNamespaces() {
    for (String pod : List.of("a", "b", "c")) {
      kernel.addNamespace(Path.of("/run/netns/" + pod));
    }
  }

  @Test
  void linksAndRulesOfInvalidAttachmentsGo() {
    Result kept = plugin.add(call.attach());
    var before = kernel.state();
    plugin.add(call.container("b").attach());
    plugin.add(call.container("c").attach());
    plugin.gc(call.network(), Set.of(call.attachment()));
    assertEquals(before, kernel.state());
    assertTrue(pool.calls().contains("GC"), "the IPAM plugin is asked to collect as well");
    plugin.check(call.after(kept).attach());
  }

  @Test
  void anotherNetworkIsLeftAlone() {
    plugin.add(call.attach());
    Call red = call.with("name", "'red'").container("b");
    Result result = plugin.add(red.attach());
    plugin.gc(call.network(), Set.of());
    plugin.check(red.after(result).attach());
    assertEquals(Optional.empty(), host.link(VethMark.of("blue", call.attachment()).name()));
  }

  @Test
  void linksOfOthersAreLeftAloneEvenInTheNetworksGroup() {
    host.create(
        new NewLink.Bridge(
            "others", Optional.empty(), OptionalInt.empty(), VethMark.groupOf("blue"), false));
    plugin.gc(call.network(), Set.of());
    assertTrue(host.link("others").isPresent(), "a bridge is no attachment");
  }

  /** A group that was to be deleted as one has lost the mark of its network. */
  @Test
  void whatACrashKeptFromBeingDeletedGoesWithAnyNetwork() {
    Call red = call.with("name", "'red'");
    plugin.add(red.attach());
    plugin.add(red.container("b").attach());
    plugin.add(call.container("c").attach());
    host.create(
        new NewLink.Bridge(
            "others", Optional.empty(), OptionalInt.empty(), Link.DOOMED_GROUP, false));
    doom("red", red);
    plugin.gc(call.network(), Set.of(call.container("c").attachment()));
    assertEquals(Optional.empty(), vethOf("red", red));
    assertTrue(vethOf("red", red.container("b")).isPresent(), "it is not doomed");
    assertTrue(vethOf("blue", call.container("c")).isPresent(), "it is valid");
    assertTrue(host.link("others").isPresent(), "a bridge is no attachment");
  }

  @Test
  void delFindsWhatACrashKeptFromBeingDeleted() {
    plugin.add(call.attach());
    doom("blue", call);
    plugin.del(call.detach());
    assertEquals(Optional.empty(), vethOf("blue", call));
  }

  private void doom(String network, Call of) {
    host.change(vethOf(network, of).orElseThrow().index(), new LinkChange.Group(Link.DOOMED_GROUP));
  }

  private Optional<Link> vethOf(String network, Call of) {
    return host.link(VethMark.of(network, of.attachment()).name());
  }

  @Test
  void everythingIsTriedAndTheFirstFailureReported() {
    plugin.add(call.attach());
    pool.failWith(117, "the pool cannot be read");
    CniException failed =
        assertThrows(CniException.class, () -> plugin.gc(call.network(), Set.of()));
    assertEquals(117, failed.code());
    assertEquals(Optional.empty(), host.link(VethMark.of("blue", call.attachment()).name()));
  }
}

package dev.weft.plugins.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.cni.Attachment;
import dev.weft.cni.CniException;
import dev.weft.kernel.Errno;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.memory.ChangeHook;
import dev.weft.kernel.memory.InMemoryKernel;
import dev.weft.kernel.memory.NamespaceState;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is left when a call fails or its process dies, at every single change that it makes to the
 * kernel.
 */
class RecoveryTest {
  private final InMemoryKernel kernel = new InMemoryKernel();
  private final BridgePlugin plugin = new BridgePlugin(kernel);
  private final AddressPool pool = new AddressPool("10.1.0.0/24", "fd00:1::/64");

  /** The death of a process: nothing that comes later is done, not even undoing. */
  private static final class Death extends Error {
    private static final long serialVersionUID = 1;
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "gateway", "iptables", "vlan", "disabled"})
  void anAddThatFailsAtAnyChangeLeavesAllAsItWas(String kind) {
    Call call = neighbourAttached(kind);
    Map<Path, NamespaceState> before = kernel.state();
    int steps = 0;
    while (!addsWith(call, ChangeHook.failing(steps + 1, Errno.EIO))) {
      steps++;
      assertEquals(before, kernel.state(), "after change " + steps + " failed");
      assertFalse(pool.holders().contains(call.attachment()), "the address is free again");
    }
    assertTrue(steps >= 3, steps + " changes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "gateway", "iptables", "vlan", "disabled"})
  void delClearsWhatAnAddLeftThatDiedAtAnyChange(String kind) {
    Call call = neighbourAttached(kind);
    Map<Path, NamespaceState> before = kernel.state();
    for (int step = 1; !diesAt(step, () -> plugin.add(call.attach())); step++) {
      plugin.del(call.detach());
      assertEquals(before, kernel.state(), "after death before change " + step);
      plugin.del(call.detach());
      assertEquals(before, kernel.state(), "after the second DEL");
    }
    plugin.del(call.detach());
    assertEquals(before, kernel.state());
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "gateway", "iptables", "vlan", "disabled"})
  void gcClearsWhatAnAddLeftThatDiedAtAnyChange(String kind) {
    Call call = neighbourAttached(kind);
    Map<Path, NamespaceState> before = kernel.state();
    for (int step = 1; !diesAt(step, () -> plugin.add(call.attach())); step++) {
      plugin.gc(call.network(), Set.of(call.container("a").attachment()));
      assertEquals(before, kernel.state(), "after death before change " + step);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "gateway", "iptables", "vlan", "disabled"})
  void aGcThatDiedAtAnyChangeCanBeRepeated(String kind) {
    kernel.addNamespace(Path.of("/run/netns/c"));
    Call call = neighbourAttached(kind);
    Map<Path, NamespaceState> before = kernel.state();
    Set<Attachment> valid = Set.of(call.container("a").attachment());
    boolean through = false;
    for (int step = 1; !through; step++) {
      plugin.add(call.attach());
      plugin.add(call.container("c").attach());
      through = diesAt(step, () -> plugin.gc(call.network(), valid));
      plugin.gc(call.network(), valid);
      assertEquals(before, kernel.state(), "after death before change " + step);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "gateway", "iptables", "vlan", "disabled"})
  void aDelThatDiedAtAnyChangeCanBeRepeated(String kind) {
    Call call = neighbourAttached(kind);
    Map<Path, NamespaceState> before = kernel.state();
    int step = 0;
    do {
      step++;
      plugin.add(call.attach());
    } while (!finishesDespiteDeathAt(step, call, before));
    assertTrue(step > 1, "DEL changes something");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gateway", "iptables"})
  void delReleasesTheAddressesEvenIfTheKernelRefusesEverythingElse(String kind) {
    Call call = neighbourAttached(kind);
    plugin.add(call.attach());
    kernel.onChange(
        change -> {
          throw new KernelException(Errno.EPERM, "not permitted");
        });
    CniException refused = assertThrows(CniException.class, () -> plugin.del(call.detach()));
    assertEquals(102, refused.code());
    assertEquals(Set.of(call.container("a").attachment()), pool.holders());
  }

  /** A call for the container b, in a network that already has the container a. */
  private Call neighbourAttached(String kind) {
    kernel.addNamespace(Path.of("/run/netns/a"));
    kernel.addNamespace(Path.of("/run/netns/b"));
    Call layerThree = Call.withPool(pool).with("isDefaultGateway", "true").with("ipMasq", "true");
    Call call =
        switch (kind) {
          case "plain" -> Call.withPool(pool).with("hairpinMode", "true");
          case "gateway" -> layerThree.with("macspoofchk", "true");
          case "iptables" -> layerThree.with("ipMasqBackend", "'iptables'");
          case "vlan" -> layerThree.with("vlan", "5").with("portIsolation", "true");
          case "disabled" -> Call.layerTwo().with("disableContainerInterface", "true");
          default -> throw new IllegalArgumentException(kind);
        };
    plugin.add(call.container("a").attach());
    // The first masquerade and spoof check make tables and chains that stay, as the bridge does.
    plugin.add(call.container("b").attach());
    plugin.del(call.container("b").detach());
    return call.container("b");
  }

  private boolean addsWith(Call call, ChangeHook hook) {
    kernel.onChange(hook);
    try {
      plugin.add(call.attach());
      return true;
    } catch (CniException e) {
      assertEquals(102, e.code(), e.getMessage());
      return false;
    } finally {
      kernel.onChange(ChangeHook.none());
    }
  }

  /** Lets the process die before a change; true if it was through before. */
  private boolean diesAt(int step, Runnable work) {
    kernel.onChange(
        change -> {
          if (change.number() >= step) {
            throw new Death();
          }
        });
    try {
      work.run();
      return true;
    } catch (Death e) {
      return false;
    } finally {
      kernel.onChange(ChangeHook.none());
    }
  }

  private boolean finishesDespiteDeathAt(int step, Call call, Map<Path, NamespaceState> before) {
    boolean through = diesAt(step, () -> plugin.del(call.detach()));
    plugin.del(call.detach());
    assertEquals(before, kernel.state(), "after death before change " + step);
    assertFalse(pool.holders().contains(call.attachment()), "the address is free again");
    return through;
  }
}

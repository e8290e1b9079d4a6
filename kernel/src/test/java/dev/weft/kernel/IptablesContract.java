package dev.weft.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.kernel.IptablesChange.Append;
import dev.weft.kernel.IptablesChange.Delete;
import dev.weft.kernel.IptablesChange.DeleteChain;
import dev.weft.kernel.IptablesChange.Flush;
import dev.weft.kernel.IptablesChange.NewChain;
import dev.weft.kernel.IptablesChange.Prepend;
import dev.weft.net.IpFamily;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link Iptables} does, be it Linux's or the one in memory. */
abstract class IptablesContract {
  private static final String CHAIN = "WEFT-TEST";
  private static final List<String> FIRST = List.of("-s", "10.0.0.1/32", "-j", "ACCEPT");
  private static final List<String> SECOND =
      List.of("-s", "10.0.0.2/32", "!", "-d", "10.0.0.0/24", "-j", "MASQUERADE");
  private static final List<String> JUMP = List.of("-j", CHAIN);

  private Namespaces namespaces;
  private Iptables iptables;

  /** Makes the kernel under test, or aborts the test if this machine has none. */
  abstract Namespaces namespaces();

  @BeforeEach
  void openNamespace() {
    namespaces = namespaces();
    iptables = namespaces.open("here").iptables();
  }

  @AfterEach
  void removeNamespaces() {
    if (namespaces != null) {
      namespaces.close();
    }
  }

  Iptables iptables() {
    return iptables;
  }

  void apply(IptablesChange... changes) {
    iptables.apply(IpFamily.V4, "nat", List.of(changes));
  }

  Optional<List<List<String>>> rules(String chain) {
    return iptables.read(IpFamily.V4, "nat").rules(chain);
  }

  private void assertRefused(Errno errno, IptablesChange... changes) {
    KernelException refusal = assertThrows(KernelException.class, () -> apply(changes));
    assertEquals(errno, refusal.errno(), refusal.getMessage());
  }

  @Test
  void rulesAreReadAsTheyWereWritten() {
    assertTrue(iptables.isAvailable(IpFamily.V4));
    apply(
        new NewChain(CHAIN),
        new Append(CHAIN, FIRST),
        new Prepend(CHAIN, SECOND),
        new Append("POSTROUTING", JUMP));
    assertEquals(Optional.of(List.of(SECOND, FIRST)), rules(CHAIN));
    assertEquals(Optional.of(List.of(JUMP)), rules("POSTROUTING"));
    assertEquals(Optional.empty(), rules("WEFT-OTHER"));
  }

  @Test
  void familiesAreApart() {
    apply(new NewChain(CHAIN));
    iptables.apply(IpFamily.V6, "nat", List.of(new NewChain("WEFT-SIX")));
    assertTrue(iptables.hasChain(IpFamily.V4, "nat", CHAIN));
    assertFalse(iptables.hasChain(IpFamily.V6, "nat", CHAIN));
    assertTrue(iptables.hasChain(IpFamily.V6, "nat", "WEFT-SIX"));
    assertFalse(iptables.hasChain(IpFamily.V4, "filter", CHAIN));
  }

  @Test
  void noWordOfACommentBecomesSyntax() {
    for (String comment :
        List.of(
            "plain",
            "two words",
            "\"quoted\" \\ 'single' \\\"",
            "--jump DROP",
            "-j",
            "!",
            "",
            "# none",
            "COMMIT",
            "$(reboot)",
            "ünï")) {
      List<String> rule =
          List.of("-s", "10.0.0.1/32", "-m", "comment", "--comment", comment, "-j", "RETURN");
      apply(new NewChain(CHAIN), new Append(CHAIN, rule));
      assertEquals(Optional.of(List.of(rule)), rules(CHAIN));
      apply(new Delete(CHAIN, rule), new DeleteChain(CHAIN));
      assertEquals(Optional.empty(), rules(CHAIN));
    }
  }

  @Test
  void aChainIsCreatedOnce() {
    apply(new NewChain(CHAIN), new Append(CHAIN, FIRST));
    assertRefused(Errno.EEXIST, new NewChain(CHAIN));
    assertEquals(Optional.of(List.of(FIRST)), rules(CHAIN));
  }

  @Test
  void aChainInUseStays() {
    apply(new NewChain(CHAIN), new Append(CHAIN, FIRST), new Append("POSTROUTING", JUMP));
    assertRefused(Errno.EBUSY, new DeleteChain(CHAIN));
    assertRefused(Errno.EBUSY, new Flush(CHAIN), new DeleteChain(CHAIN));
    assertRefused(Errno.EBUSY, new Delete("POSTROUTING", JUMP), new DeleteChain(CHAIN));
    assertEquals(Optional.of(List.of(FIRST)), rules(CHAIN));
    apply(new Delete("POSTROUTING", JUMP), new Flush(CHAIN), new DeleteChain(CHAIN));
    assertEquals(Optional.empty(), rules(CHAIN));
  }

  @Test
  void ifOneChangeFailsNoneIsMade() {
    apply(new NewChain(CHAIN), new Append(CHAIN, FIRST));
    assertRefused(Errno.ENOENT, new Append(CHAIN, FIRST), new Delete(CHAIN, SECOND));
    assertEquals(Optional.of(List.of(FIRST)), rules(CHAIN));
  }

  @Test
  void whatIsNotThereIsNamed() {
    assertRefused(Errno.ENOENT, new Append("WEFT-NONE", FIRST));
    assertRefused(Errno.ENOENT, new Delete("WEFT-NONE", FIRST));
    assertRefused(Errno.ENOENT, new Flush("WEFT-NONE"));
    assertRefused(Errno.ENOENT, new DeleteChain("WEFT-NONE"));
    assertRefused(Errno.ENOENT, new Append("POSTROUTING", List.of("-j", "WEFT-NONE")));
    assertThrows(KernelException.class, () -> iptables.read(IpFamily.V4, "nowhere"));
  }

  @Test
  void oneOfTwoEqualRulesIsDeleted() {
    apply(new NewChain(CHAIN), new Append(CHAIN, FIRST), new Append(CHAIN, FIRST));
    apply(new Delete(CHAIN, FIRST));
    assertEquals(Optional.of(List.of(FIRST)), rules(CHAIN));
  }

  @Test
  void whatThreadsApplyAtOnceIsDoneOrFailsForEachByItself() throws Exception {
    apply(new NewChain(CHAIN));
    int threads = 6;
    Set<List<String>> wanted = new HashSet<>();
    List<Runnable> additions = new ArrayList<>();
    List<Runnable> removals = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      List<String> own = List.of("-s", "10.0.1." + i + "/32", "-j", "ACCEPT");
      wanted.add(own);
      additions.add(() -> apply(new Append(CHAIN, own)));
      additions.add(() -> apply(new NewChain("WEFT-SHARED"), new Append("WEFT-SHARED", FIRST)));
      additions.add(() -> apply(new Append(CHAIN, SECOND), new Delete(CHAIN, FIRST)));
      removals.add(() -> apply(new Delete(CHAIN, own)));
      removals.add(() -> assertTrue(rules("WEFT-SHARED").isPresent()));
    }
    assertEquals(
        Map.of("done", threads + 1, "EEXIST", threads - 1, "ENOENT", threads),
        AtOnce.outcomes(additions));
    assertEquals(wanted, Set.copyOf(rules(CHAIN).orElseThrow()));
    assertEquals(threads, rules(CHAIN).orElseThrow().size());
    assertEquals(Optional.of(List.of(FIRST)), rules("WEFT-SHARED"));
    assertEquals(Map.of("done", 2 * threads), AtOnce.outcomes(removals));
    assertEquals(Optional.of(List.of()), rules(CHAIN));
  }

  @Test
  void manyRulesAreOneTransaction() {
    List<IptablesChange> changes = new ArrayList<>(List.of(new NewChain(CHAIN)));
    for (int i = 0; i < 250; i++) {
      changes.add(new Append(CHAIN, List.of("-s", "10.0.1." + i + "/32", "-j", "ACCEPT")));
    }
    iptables.apply(IpFamily.V4, "nat", changes);
    assertEquals(250, rules(CHAIN).orElseThrow().size());
  }
}

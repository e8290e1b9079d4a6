package dev.weft.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.kernel.IptablesPrograms.Refusal;
import dev.weft.kernel.memory.InMemoryKernel;
import dev.weft.net.IpFamily;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Both variants of iptables, in a namespace of their own. */
class LinuxIptablesProgramsTest {
  private LinuxNamespaces namespaces;
  private NetworkNamespace namespace;

  @BeforeEach
  void openNamespace() {
    namespaces = new LinuxNamespaces();
    namespace = namespaces.open("here");
  }

  @AfterEach
  void removeNamespaces() {
    if (namespaces != null) {
      namespaces.close();
    }
  }

  private Optional<IptablesPrograms> variant(IptablesPrograms.Variant variant, IpFamily family) {
    return namespace.iptablesPrograms(family).stream()
        .filter(programs -> programs.variant() == variant)
        .findFirst();
  }

  @ParameterizedTest
  @EnumSource(IptablesPrograms.Variant.class)
  void tablesAreWrittenAndReadAndKnownWithoutAProcess(IptablesPrograms.Variant variant) {
    for (IpFamily family : IpFamily.values()) {
      Optional<IptablesPrograms> found = variant(variant, family);
      Assumptions.assumeTrue(found.isPresent(), "skipped: no iptables of the kind " + variant);
      IptablesPrograms programs = found.get();
      assertFalse(programs.has("nat"));
      String input = "*nat\n:WEFT-TEST - [0:0]\n-A WEFT-TEST -j RETURN\nCOMMIT\n";
      assertEquals(Optional.empty(), programs.restore(input));
      assertTrue(programs.has("nat"));
      assertFalse(programs.has("mangle"));
      assertTrue(programs.save("nat").contains("\n-A WEFT-TEST -j RETURN\n"));
    }
  }

  @ParameterizedTest
  @EnumSource(IptablesPrograms.Variant.class)
  void theLineThatIsRefusedIsNamedAndItsTableIsAsItWas(IptablesPrograms.Variant variant) {
    Optional<IptablesPrograms> found = variant(variant, IpFamily.V4);
    Assumptions.assumeTrue(found.isPresent(), "skipped: no iptables of the kind " + variant);
    List<String> lines =
        List.of(
            "*filter",
            ":WEFT-DONE - [0:0]",
            "COMMIT",
            "*nat",
            ":WEFT-TEST - [0:0]",
            "-A WEFT-TEST -s nonsense/99 -j RETURN",
            "COMMIT");
    Refusal refusal =
        found
            .get()
            .restore(lines.stream().collect(Collectors.joining("\n", "", "\n")))
            .orElseThrow();
    assertEquals(6, refusal.line(), refusal::complaint);
    assertTrue(found.get().save("filter").contains(":WEFT-DONE "));
    assertFalse(found.get().save("nat").contains("WEFT-TEST"));
  }

  @ParameterizedTest
  @EnumSource(IpFamily.class)
  void eachVariantIsThereOnce(IpFamily family) {
    List<IptablesPrograms> all = namespace.iptablesPrograms(family);
    assertEquals(all.size(), all.stream().map(IptablesPrograms::variant).distinct().count());
    assertEquals(List.of(), new InMemoryKernel().own().iptablesPrograms(family));
  }
}

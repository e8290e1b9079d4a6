package dev.weft.iptables.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.iptables.IptablesProgram;
import dev.weft.iptables.ruleset.Chain;
import dev.weft.iptables.ruleset.Rule;
import dev.weft.iptables.ruleset.Ruleset;
import dev.weft.iptables.ruleset.RulesetText;
import dev.weft.iptables.ruleset.Table;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import dev.weft.services.LocalPods;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernel takes what is compiled, beside rules of others, and shows it as it was meant. */
class CompiledRulesKernelTest {
  private static final int ROUNDS = 10;

  /** For the same Services in each build; other seeds find more. */
  private static final long SEED = 20261125;

  private static final String OTHERS =
      "*filter\\n:INPUT ACCEPT [0:0]\\n-A INPUT -i other0 -j DROP\\nCOMMIT\\n";

  @ParameterizedTest
  @ValueSource(strings = {"nft", "legacy"})
  void theKernelTakesThem(String variant) throws Exception {
    IptablesProgram program = IptablesProgram.of(IpFamily.V4, variant);
    NodeFacts node =
        new NodeFacts(
            List.of(IpAddress.of("192.168.0.2")),
            new LocalPods.Cidrs(List.of(IpPrefix.of("10.0.0.0/24"))),
            new NodePortAddresses.All(true),
            false,
            List.of(),
            true);
    Random random = new Random(SEED);
    for (int i = 0; i < ROUNDS; i++) {
      Ruleset ruleset =
          IptablesCompiler.compile(Ports.random(random), node, Names.WEFT, IpFamily.V4);
      String text = RulesetText.print(ruleset);
      String script = "printf '" + OTHERS + "' | $0-restore && $0-restore --noflush && $0-save";
      IptablesProgram.Outcome outcome = program.run(script, text);
      assertEquals(0, outcome.exitCode(), () -> outcome.output() + "\nof\n" + text);
      Ruleset shown = RulesetText.parse(IpFamily.V4, outcome.output());
      for (Table table : ruleset.tables().values()) {
        for (Chain chain : table.chains().values()) {
          Table there = shown.table(table.name()).orElseThrow();
          assertEquals(ours(chain), ours(there.chain(chain.name()).orElseThrow()), chain.name());
        }
      }
    }
  }

  private static List<String> ours(Chain chain) {
    return chain.rules().stream()
        .map(Rule::toString)
        .filter(rule -> !rule.contains("other0"))
        .toList();
  }
}

package dev.weft.iptables.ruleset;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.iptables.IptablesProgram;
import dev.weft.net.IpFamily;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The kernel takes random rulesets as they are printed, and iptables-save gives back the same. Each
 * is loaded in a namespace that ends with the command.
 */
class RulesetKernelTest {
  private static final int RULESETS = 15;

  /** For the same rulesets in each build; other seeds find more. */
  private static final long SEED = 20260101;

  @Test
  void iptablesOverNftablesGivesBackWhatIsPrinted() throws Exception {
    loadAndRead("nft");
  }

  @Test
  void legacyIptablesGivesBackWhatIsPrinted() throws Exception {
    loadAndRead("legacy");
  }

  private static void loadAndRead(String variant) throws Exception {
    for (IpFamily family : IpFamily.values()) {
      IptablesProgram program = IptablesProgram.of(family, variant);
      Random random = new Random(SEED);
      for (int i = 0; i < RULESETS; i++) {
        Ruleset ruleset = new RandomRulesets(random, family).next();
        String printed = RulesetText.print(ruleset);
        IptablesProgram.Outcome outcome = program.run("$0-restore && $0-save", printed);
        assertEquals(0, outcome.exitCode(), () -> outcome.output() + "\nof\n" + printed);
        Ruleset read = RulesetText.parse(family, outcome.output());
        assertEquals(printed, RulesetText.print(sorted(read, ruleset)));
        assertEquals(ruleset, read);
      }
    }
  }

  /** The same with chains in the order of another, so that a difference shows as one line. */
  private static Ruleset sorted(Ruleset read, Ruleset like) {
    return Ruleset.of(
        read.family(),
        like.tables().values().stream()
            .map(
                table ->
                    Table.of(
                        table.name(),
                        table.chains().keySet().stream()
                            .flatMap(
                                chain ->
                                    read.table(table.name()).stream()
                                        .flatMap(there -> there.chain(chain).stream()))
                            .toList()))
            .toList());
  }
}

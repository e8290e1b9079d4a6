package dev.weft.iptables.ruleset;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.net.IpFamily;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * The kernel takes random rulesets as they are printed, and iptables-save gives back the same. Each
 * is loaded in a namespace that ends with the command.
 */
class RulesetKernelTest {
  private static final int RULESETS = 15;

  /** For the same rulesets in each build; other seeds find more. */
  private static final long SEED = 20260101;

  private static final String SBIN = "/usr/sbin/";

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
      String program = SBIN + (family == IpFamily.V4 ? "iptables-" : "ip6tables-") + variant;
      skipUnlessItWorks(program);
      Random random = new Random(SEED);
      for (int i = 0; i < RULESETS; i++) {
        Ruleset ruleset = new RandomRulesets(random, family).next();
        String printed = RulesetText.print(ruleset);
        Outcome outcome = run(program + "-restore && " + program + "-save", printed);
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

  private static void skipUnlessItWorks(String program) throws Exception {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of(program + "-restore")), "skipped: needs " + program);
    Outcome outcome = run(program + "-save -t nat", "");
    Assumptions.assumeTrue(
        outcome.exitCode() == 0,
        "skipped: needs root and a kernel that serves " + program + ": " + outcome.output());
  }

  private record Outcome(int exitCode, String output) {}

  private static Outcome run(String script, String input) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("unshare", "--net", "sh", "-c", script)
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), output);
  }
}

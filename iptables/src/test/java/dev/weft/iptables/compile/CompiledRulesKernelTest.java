package dev.weft.iptables.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.iptables.ruleset.Ruleset;
import dev.weft.iptables.ruleset.RulesetText;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernel takes what is compiled, beside rules of others, and shows it as it was meant. */
class CompiledRulesKernelTest {
  private static final int ROUNDS = 10;

  /** For the same Services in each build; other seeds find more. */
  private static final long SEED = 20261125;

  private static final String OTHERS =
      "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -i other0 -j DROP\nCOMMIT\n";

  @ParameterizedTest
  @ValueSource(strings = {"iptables-nft", "iptables-legacy"})
  void theKernelTakesThem(String variant) throws Exception {
    String program = "/usr/sbin/" + variant;
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of(program + "-restore")), "skipped: needs " + program);
    Outcome works = run(program + "-save -t nat", "");
    Assumptions.assumeTrue(
        works.exitCode() == 0, "skipped: needs root and a kernel that serves " + program);
    NodeFacts node =
        new NodeFacts(
            List.of(IpAddress.of("192.168.0.2")),
            new LocalPods.Cidrs(List.of(IpPrefix.of("10.0.0.0/24"))),
            new NodePortAddresses.All(true),
            false,
            true);
    Random random = new Random(SEED);
    for (int i = 0; i < ROUNDS; i++) {
      Ruleset ruleset =
          IptablesCompiler.compile(Ports.random(random), node, Names.WEFT, IpFamily.V4);
      String text = RulesetText.print(ruleset);
      String script =
          "printf '"
              + OTHERS.replace("\n", "\\n")
              + "' | "
              + program
              + "-restore && "
              + program
              + "-restore --noflush && "
              + program
              + "-save";
      Outcome outcome = run(script, text);
      assertEquals(0, outcome.exitCode(), () -> outcome.output() + "\nof\n" + text);
      Ruleset shown = RulesetText.parse(IpFamily.V4, outcome.output());
      ruleset
          .tables()
          .forEach(
              (name, table) ->
                  table
                      .chains()
                      .values()
                      .forEach(
                          chain -> {
                            List<String> expected =
                                chain.rules().stream().map(Object::toString).toList();
                            List<String> there =
                                shown
                                    .table(name)
                                    .orElseThrow()
                                    .chain(chain.name())
                                    .orElseThrow()
                                    .rules()
                                    .stream()
                                    .map(Object::toString)
                                    .filter(rule -> !rule.contains("other0"))
                                    .toList();
                            assertEquals(expected, there, chain.name());
                          }));
    }
  }

  private record Outcome(int exitCode, String output) {}

  /** In a network namespace that ends with the command. */
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

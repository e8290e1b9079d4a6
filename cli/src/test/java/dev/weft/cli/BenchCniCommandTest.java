package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code weft bench cni} says before it measures anything; the rest is in BenchIT. */
class BenchCniCommandTest {
  @TempDir Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int bench(String... arguments) {
    String[] all = new String[arguments.length + 2];
    all[0] = "bench";
    all[1] = "cni";
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    return Weft.run(new PrintWriter(out, true), new PrintWriter(err, true), all);
  }

  @Test
  void helpNamesEveryOptionAndEveryCase() {
    assertEquals(0, bench("--help"));
    for (String word :
        List.of(
            "--peer-bin-dir",
            "--bin-dir",
            "--agent",
            "--no-agent",
            "--cases",
            "--parallel",
            "--leases",
            "--seconds",
            "--rounds",
            "--work-dir",
            "--output",
            "masq-iptables",
            "host-local")) {
      assertTrue(out.toString().contains(word), word);
    }
  }

  @Test
  void anExecutableThatIsMissingIsNamed() throws IOException {
    Path file = directory.resolve("loopback");
    String[] arguments = {"--peer-bin-dir=" + directory, "--bin-dir=/bin", "--cases=loopback"};
    assertEquals(1, bench(arguments));
    assertTrue(
        err.toString().startsWith("weft: there is no " + file + ": --peer-bin-dir should name"),
        err::toString);
    Files.createFile(file);
    assertEquals(1, bench(arguments));
    assertTrue(err.toString().contains(file + " is not executable"), err::toString);
    assertEquals(2, err.toString().lines().count(), "a sentence for each");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --cases=bridge,ipvlan | should be of bridge, masq-nft, masq-iptables, dual-stack
          --parallel=0          | --parallel has 0, but should have numbers from 1 to 500
          --parallel=2,501      | --parallel has 501
          --leases=60001        | --leases has 60001
          --rounds=0            | --rounds has 0
          --seconds=0           | --seconds should be more than 0
          --seconds=NaN         | --seconds should be more than 0
          --output=xml          | --output
          """)
  void aWrongArgumentIsSaidToBeOne(String argument, String sentence) {
    assertEquals(2, bench("--peer-bin-dir=/bin", "--bin-dir=/bin", argument));
    assertTrue(err.toString().contains(sentence), err::toString);
    assertEquals(1, err.toString().lines().count());
  }
}

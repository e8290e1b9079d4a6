package dev.weft.iptables;

import dev.weft.net.IpFamily;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/**
 * One of the two variants of iptables for one family, run in network namespaces that end with the
 * command.
 *
 * @param path without {@code -save} and {@code -restore}
 */
public record IptablesProgram(String path) {

  /**
   * Skips the test, and says why, where it does not work.
   *
   * @param variant {@code nft} or {@code legacy}
   */
  public static IptablesProgram of(IpFamily family, String variant)
      throws IOException, InterruptedException {
    String name = family == IpFamily.V4 ? "iptables-" : "ip6tables-";
    IptablesProgram program = new IptablesProgram("/usr/sbin/" + name + variant);
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of(program.path + "-restore")), "skipped: needs " + program.path);
    Outcome outcome = program.run("$0-save -t nat", "");
    Assumptions.assumeTrue(
        outcome.exitCode() == 0,
        "skipped: needs root and a kernel that serves " + program.path + ": " + outcome.output());
    return program;
  }

  /**
   * How a script ended.
   *
   * @param output of both kinds
   */
  public record Outcome(int exitCode, String output) {}

  /**
   * Runs a shell script in a namespace of its own.
   *
   * @param script in which {@code $0} is the path
   */
  public Outcome run(String script, String input) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("unshare", "--net", "sh", "-c", script, path)
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), output);
  }
}

package dev.weft.plugins.bridge;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A network namespace of a test's own, which ends with the test's process at the latest. */
final class TestNamespace implements AutoCloseable {
  private final Process keeper;

  private TestNamespace(Process keeper) {
    this.keeper = keeper;
  }

  static TestNamespace create() throws IOException {
    // It lives until its standard input is closed, which happens even if the test is killed.
    Process keeper =
        new ProcessBuilder("unshare", "--net", "sh", "-c", "echo ready; exec cat")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader output = keeper.inputReader(StandardCharsets.UTF_8);
    if (!"ready".equals(output.readLine())) {
      keeper.destroy();
      throw new IOException("cannot make a network namespace");
    }
    return new TestNamespace(keeper);
  }

  /** By which the namespace is opened. */
  String path() {
    return "/proc/" + keeper.pid() + "/ns/net";
  }

  /** Runs a program in the namespace and returns what it printed. */
  String run(String... command) throws IOException, InterruptedException {
    List<String> entered = new ArrayList<>(List.of("nsenter", "--net=" + path()));
    entered.addAll(List.of(command));
    Process process = new ProcessBuilder(entered).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    if (code != 0) {
      throw new IOException(String.join(" ", command) + " failed with " + code + ": " + output);
    }
    return output;
  }

  @Override
  public void close() {
    keeper.destroy();
    try {
      keeper.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

package dev.weft.acceptance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Runs a program to its end and keeps what it printed. */
final class Command {
  /** Where programs are looked for, the same on every machine. */
  static final String PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

  private static final int LIMIT_SECONDS = 240;

  /**
   * The kernel ends a bound program together with the thread that started it: this one never ends.
   */
  private static final ExecutorService STARTER =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("starts programs").daemon().factory());

  private Command() {}

  /** What a finished program left: both outputs apart, as bytes are all that a runtime sees. */
  record Outcome(int exitCode, String stdout, String stderr) {
    /** The outcome again, if the program succeeded. */
    Outcome succeeded() {
      if (exitCode != 0) {
        throw new AssertionError("exit code " + exitCode + "\n" + stdout + "\n" + stderr);
      }
      return this;
    }
  }

  static Outcome run(String... command) {
    return run(List.of(command), Map.of(), new byte[0]);
  }

  /** Runs with exactly this environment, PATH aside. */
  static Outcome run(List<String> command, Map<String, String> environment, byte[] stdin) {
    Path stdout = temporaryFile();
    Path stderr = temporaryFile();
    try {
      Process process =
          builder(command, environment)
              .redirectOutput(stdout.toFile())
              .redirectError(stderr.toFile())
              .start();
      try (var in = process.getOutputStream()) {
        in.write(stdin);
      } catch (IOException e) {
        // It may end without reading: that is for the caller to judge by what it printed.
      }
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        throw new AssertionError("still running after " + LIMIT_SECONDS + " s: " + command);
      }
      return new Outcome(process.exitValue(), read(stdout), read(stderr));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    } finally {
      stdout.toFile().delete();
      stderr.toFile().delete();
    }
  }

  /** Starts a program and does not wait; what it prints is lost. */
  static Process start(List<String> command, Map<String, String> environment, byte[] stdin) {
    try {
      Process process =
          builder(command, environment)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (var in = process.getOutputStream()) {
        in.write(stdin);
      }
      return process;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A program that will have exactly this environment, PATH aside. */
  static ProcessBuilder builder(List<String> command, Map<String, String> environment) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().put("PATH", PATH);
    builder.environment().putAll(environment);
    return builder;
  }

  /** Starts a program that ends with this JVM, by whatever signal. */
  static Process startBound(ProcessBuilder builder) {
    List<String> whole = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL", "--"));
    whole.addAll(builder.command());
    builder.command(whole);
    try {
      return STARTER.submit(builder::start).get();
    } catch (ExecutionException e) {
      throw new AssertionError("cannot be started: " + whole, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Skips the test if a program is not there. */
  static void assumeInstalled(String program) {
    assumeTrue(
        run("sh", "-c", "command -v \"$0\"", program).exitCode() == 0,
        () -> "skipped: needs the program " + program);
  }

  private static Path temporaryFile() {
    try {
      return Files.createTempFile("output", ".txt");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }
}

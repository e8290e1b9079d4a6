package dev.weft.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A machine of the test's own for a real container runtime: this machine's programs and files, but
 * its own links, rules, processes, cgroups, mounts and configuration (see {@code lab/lab}). The
 * executables under test lie in {@code /opt/cni/bin}. All of it goes when it is closed, or when
 * this JVM dies.
 */
final class Lab implements AutoCloseable {
  /** A host on another network, reached through the machine's default route. */
  static final String OUTSIDE = "192.0.2.2";

  static final String OUTSIDE_V6 = "2001:db8::2";

  /** A page of the host outside: the address that the request came from. */
  static final String CALLER_PAGE = "http://" + OUTSIDE + "/cgi-bin/caller";

  /** This machine's own address, as which masqueraded containers are seen outside. */
  static final String ADDRESS = "192.0.2.1";

  /** The image that {@link #image} holds. */
  static final String IMAGE = "localhost/busybox:1";

  private static final Path SCRIPTS = Path.of(System.getProperty("weft.lab"));

  private final Process process;
  private final long init;

  private Lab(Process process, long init) {
    this.process = process;
    this.init = init;
  }

  /** Makes a machine; the test is skipped if this is not root's or lacks one of the programs. */
  static Lab open(String... programs) {
    assumeTrue("root".equals(System.getProperty("user.name")), "skipped: needs root for a lab");
    for (String program : List.of("busybox", "nft")) {
      Command.assumeInstalled(program);
    }
    for (String program : programs) {
      Command.assumeInstalled(program);
    }
    Lab lab = start();
    try {
      for (Path executable : Executables.all()) {
        lab.run("ln", "-s", executable.toString(), "/opt/cni/bin/").succeeded();
      }
      return lab;
    } catch (RuntimeException | Error e) {
      lab.close();
      throw e;
    }
  }

  private static Lab start() {
    try {
      // Holds the machine until its standard input ends: when it is closed, or with this JVM.
      Process process =
          new ProcessBuilder(SCRIPTS.resolve("lab").toString(), "sh", "-c", "echo ready; exec cat")
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      String said = process.inputReader(UTF_8).readLine();
      if (!"ready".equals(said)) {
        process.destroyForcibly();
        throw new AssertionError("the lab did not come up: it said " + said);
      }
      long init =
          process
              .descendants()
              .mapToLong(ProcessHandle::pid)
              .filter(Lab::isInit)
              .findFirst()
              .orElseThrow(() -> new AssertionError("the lab has no first process"));
      return new Lab(process, init);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether a process has the number 1 in a PID namespace below ours. */
  private static boolean isInit(long pid) {
    try {
      return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
          .anyMatch(line -> line.startsWith("NSpid:") && line.endsWith("\t1"));
    } catch (IOException e) {
      return false; // It has ended meanwhile.
    }
  }

  /** Runs a program on this machine to its end. */
  Command.Outcome run(String... command) {
    return Command.run(joining(command), Map.of("HOME", "/root"), new byte[0]);
  }

  /** Starts a program on this machine; both its outputs go to a file of the machine. */
  Process start(String output, String... command) {
    try {
      ProcessBuilder builder =
          new ProcessBuilder(joining(command))
              .redirectErrorStream(true)
              .redirectOutput(path(output).toFile());
      builder.environment().clear();
      builder.environment().putAll(Map.of("HOME", "/root", "PATH", Command.PATH));
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> joining(String... command) {
    List<String> whole =
        new ArrayList<>(List.of(SCRIPTS.resolve("lab").toString(), "--join", Long.toString(init)));
    whole.addAll(List.of(command));
    return whole;
  }

  /** Where a file of this machine is seen from outside. */
  Path path(String file) {
    return Path.of("/proc", Long.toString(init), "root", file);
  }

  /** Writes a file of this machine. */
  void write(String file, String content) {
    try {
      Files.createDirectories(path(file).getParent());
      Files.writeString(path(file), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads a file of this machine. */
  String read(String file) {
    try {
      return Files.readString(path(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes the archive of an image that holds busybox; its path on this machine. */
  String image() {
    String archive = "/run/lab/image.tar";
    run(SCRIPTS.resolve("image").toString(), IMAGE, archive).succeeded();
    return archive;
  }

  /** The process that everything here descends from, as seen from outside. */
  long init() {
    return init;
  }

  /** Kills the script that holds this machine, which must take all of it along. */
  void kill() {
    process.destroyForcibly();
  }

  @Override
  public void close() {
    try {
      process.outputWriter(UTF_8).close();
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("the lab did not end");
      }
    } catch (IOException e) {
      process.destroyForcibly();
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}

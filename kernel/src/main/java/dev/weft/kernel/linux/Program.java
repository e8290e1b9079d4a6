package dev.weft.kernel.linux;

import dev.weft.kernel.Errno;
import dev.weft.kernel.KernelException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A program of the system, run inside a namespace with an empty environment.
 *
 * <p>Java awaits a child on a thread of its own, "process reaper", which it keeps for 60 seconds to
 * serve others. If none is idle it is started by our thread, and so stays in the namespace and
 * keeps that in being meanwhile. Nothing comes of it in the node's own namespace, where rules are;
 * a process that lives long and is to run programs in pods' namespaces should start them by {@code
 * nsenter --net=/proc/PID/fd/FD} instead, with its own PID, from a thread that never leaves home.
 */
record Program(Path file) {
  /** Searched instead of PATH, which whoever calls us could have set. */
  private static final List<Path> FOLDERS =
      List.of(Path.of("/usr/sbin"), Path.of("/sbin"), Path.of("/usr/bin"), Path.of("/bin"));

  /** What a program left behind. */
  record Outcome(int exitCode, String output, String error) {}

  /** Finds a program by name, or nothing if it is not installed. */
  static Optional<Program> find(String name) {
    for (Path folder : FOLDERS) {
      Path file = folder.resolve(name);
      if (Files.isExecutable(file)) {
        return Optional.of(new Program(file));
      }
    }
    return Optional.empty();
  }

  /**
   * Finds a program that is needed.
   *
   * @param debianPackage that brings it
   */
  static Program require(String name, String debianPackage) {
    return find(name)
        .orElseThrow(
            () ->
                new KernelException(
                    Errno.ENOENT,
                    "the program "
                        + name
                        + " is not installed: install the package "
                        + debianPackage
                        + ", or choose another back end"));
  }

  /** Whether this is the name of the file behind all symbolic links. */
  boolean isNamed(String name) {
    try {
      return file.toRealPath().endsWith(name);
    } catch (IOException e) {
      return false; // it was removed meanwhile
    }
  }

  /** Runs to the end, {@code input} on standard input. */
  Outcome run(NamespaceHandle namespace, String input, String... arguments) {
    // A child is forked from the calling thread and is born in the namespace of that thread.
    return namespace.inside(() -> runHere(input, arguments));
  }

  private Outcome runHere(String input, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(file.toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    try {
      Process process = builder.start();
      try {
        feed(process, input);
        // One after the other is safe: these programs list on stdout or complain on stderr, and a
        // complaint is far shorter than a pipe.
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String error = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), output, error.strip());
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      // The lines after the first advise to look after the JDK, whatever happened.
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("").strip();
      throw new KernelException(Errno.EIO, file + " cannot be run: " + reason, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KernelException(Errno.EINTR, "interrupted while " + file + " was running", e);
    }
  }

  private static void feed(Process process, String input) {
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // It ended before it had read everything: its exit code and complaint say why.
    }
  }
}

package dev.weft.kernel.linux;

import dev.weft.kernel.ChildProcess;
import dev.weft.kernel.Errno;
import dev.weft.kernel.KernelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A program of the system, run inside a namespace with an empty environment. */
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
    return run(namespace, input, ChildProcess.OUTPUT_LIMIT, arguments);
  }

  /**
   * Runs to the end, {@code input} on standard input.
   *
   * @param outputLimit how many bytes of what it prints are kept
   */
  Outcome run(NamespaceHandle namespace, String input, int outputLimit, String... arguments) {
    return namespace.inside(() -> runHere(input, outputLimit, arguments));
  }

  private Outcome runHere(String input, int outputLimit, String... arguments) {
    byte[] stdin = input.getBytes(StandardCharsets.UTF_8);
    try {
      ChildProcess.Outcome outcome =
          new ChildProcess(file, List.of(arguments), Map.of(), stdin).run(outputLimit);
      return new Outcome(
          outcome.exitCode(), text(outcome.stdout()), text(outcome.stderr()).strip());
    } catch (KernelException e) {
      // With its own number, such as ENOENT, it would seem that the program had answered.
      throw new KernelException(Errno.EIO, e.getMessage(), e);
    }
  }

  private static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }
}

package dev.weft.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Weft as the build makes it: bin, lib, runtime.
 *
 * @param home the directory itself, links resolved
 */
public record Distribution(Path home) {

  /**
   * The distribution that this process was started from.
   *
   * @param launcher the executable, if it is known; it may have been copied away from its home
   * @param java the home of the Java runtime, which is within Weft's
   */
  public static Distribution running(@Nullable Path launcher, Path java) {
    try {
      for (Path inside : new Path[] {grandparent(launcher), java.toRealPath().getParent()}) {
        if (inside != null && isDistribution(inside)) {
          return new Distribution(inside);
        }
      }
    } catch (IOException e) {
      throw InstallException.of(e);
    }
    throw new InstallException(
        "this weft does not run from a distribution, which is what it would install: start the"
            + " bin/weft that stands beside lib and runtime");
  }

  private static @Nullable Path grandparent(@Nullable Path launcher) throws IOException {
    if (launcher == null || !Files.exists(launcher)) {
      return null;
    }
    Path directory = launcher.toRealPath().getParent();
    return directory == null ? null : directory.getParent();
  }

  static boolean isDistribution(Path directory) throws IOException {
    return Files.isRegularFile(directory.resolve("lib/weft.jar"))
        && Files.isExecutable(directory.resolve("runtime/bin/java"))
        && Launcher.is(directory.resolve("bin/weft"));
  }

  Path launcher() {
    return home.resolve("bin/weft");
  }

  Tree tree() {
    return new Tree(home);
  }

  /** The plugins, by name: what stands beside the program {@code weft}. */
  List<String> plugins() throws IOException {
    try (Stream<Path> files = Files.list(home.resolve("bin"))) {
      return files
          .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.equals("weft"))
          .sorted()
          .toList();
    }
  }

  /** The version as the build noted it, in letters that a file name may have. */
  String version() throws IOException {
    try (JarFile jar = new JarFile(home.resolve("lib/weft.jar").toFile())) {
      Manifest manifest = jar.getManifest();
      String version =
          manifest == null
              ? null
              : manifest.getMainAttributes().getValue(Attributes.Name.IMPLEMENTATION_VERSION);
      return version == null ? "unknown" : version.replaceAll("[^A-Za-z0-9.+-]", "_");
    }
  }
}

package dev.weft.install;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/** The file system of a node below a directory, and distributions that are installed on it. */
record TestNode(Path root, List<String> changes, List<String> notes) implements Report {
  static final List<String> PLUGINS = List.of("bridge", "host-local", "loopback", "static");
  static final String GO_BRIDGE = "#!/bin/sh\necho another's bridge\n";

  static final Selection EXECUTABLES_ALONE = new Selection(Optional.empty(), List.of(), false);

  static TestNode at(Path root) throws IOException {
    Files.createDirectories(root);
    return new TestNode(root, new ArrayList<>(), new ArrayList<>());
  }

  @Override
  public void changed(String line) {
    changes.add(line);
  }

  @Override
  public void noted(String line) {
    notes.add(line);
  }

  Places places() {
    return places("/opt/weft");
  }

  Places places(String home) {
    return new Places(root, Path.of(home), Path.of("/opt/cni/bin"), Path.of("/etc/cni/net.d"));
  }

  /** Where a path of the node is. */
  Path at(String path) {
    return root.resolve(path.substring(1));
  }

  Path program(String name) {
    return at("/opt/cni/bin/" + name);
  }

  /** The version that the home leads to. */
  Path inUse() throws IOException {
    return at("/opt/weft").toRealPath();
  }

  Path network() {
    return at("/etc/cni/net.d/10-weft.conflist");
  }

  String read(String path) throws IOException {
    return Files.readString(at(path));
  }

  void write(String path, String content) throws IOException {
    Files.createDirectories(at(path).getParent());
    Files.writeString(at(path), content);
  }

  void writeProgram(String name, String content) throws IOException {
    write("/opt/cni/bin/" + name, content);
    Files.setPosixFilePermissions(program(name), PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Installs, and returns what was changed. */
  List<String> install(Distribution distribution) {
    return install(distribution, Optional.empty());
  }

  List<String> install(Distribution distribution, Optional<Network> network) {
    return install(distribution, places(), new Selection(network, List.of(), true));
  }

  List<String> install(Distribution distribution, Places places, Selection selection) {
    changes.clear();
    notes.clear();
    new Installer(places, this).install(distribution, selection);
    return List.copyOf(changes);
  }

  List<String> uninstall() {
    return uninstall(places());
  }

  List<String> uninstall(Places places) {
    changes.clear();
    notes.clear();
    new Installer(places, this).uninstall();
    return List.copyOf(changes);
  }

  /** Installs in vain, and returns the sentence that says why. */
  String refusal(Distribution distribution) {
    InstallException refusal = assertThrows(InstallException.class, () -> install(distribution));
    return String.valueOf(refusal.getMessage());
  }

  /** All but what Weft keeps for itself. */
  Map<String, String> withoutState() throws IOException {
    Map<String, String> snapshot = snapshot();
    snapshot.keySet().removeIf(name -> name.startsWith("var/lib/weft/"));
    return snapshot;
  }

  /** All files and links with what they hold; how many names a file has among the plugins. */
  Map<String, String> snapshot() throws IOException {
    Map<String, String> snapshot = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.toList()) {
        String name = root.relativize(path).toString();
        if (Files.isSymbolicLink(path)) {
          snapshot.put(name, "-> " + Files.readSymbolicLink(path));
        } else if (Files.isRegularFile(path)) {
          snapshot.put(
              name,
              PosixFilePermissions.toString(Files.getPosixFilePermissions(path))
                  + " "
                  + Files.getAttribute(path, "unix:nlink")
                  + " "
                  + Sha256.of(Files.readAllBytes(path)));
        }
      }
    }
    return snapshot;
  }

  /** What the launcher of a version is, as far as an installation looks at it. */
  static byte[] launcher(String version) {
    return ("\u007fELF starts dev.weft.dispatch.Main of " + version).getBytes(UTF_8);
  }

  /** A directory such as the build makes, with as little in it as will do. */
  static Distribution distribution(Path home, String version) throws IOException {
    Files.createDirectories(home.resolve("bin"));
    Files.createDirectories(home.resolve("lib"));
    Files.createDirectories(home.resolve("runtime/bin"));
    Files.write(home.resolve("bin/weft"), launcher(version));
    Files.writeString(home.resolve("runtime/bin/java"), "java of " + version);
    for (String program : List.of("bin/weft", "runtime/bin/java")) {
      Files.setPosixFilePermissions(
          home.resolve(program), PosixFilePermissions.fromString("rwxrwxr-x"));
    }
    for (String plugin : PLUGINS) {
      Files.createSymbolicLink(home.resolve("bin").resolve(plugin), Path.of("weft"));
    }
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, version);
    ByteArrayOutputStream jar = new ByteArrayOutputStream();
    new JarOutputStream(jar, manifest).close();
    Files.write(home.resolve("lib/weft.jar"), jar.toByteArray());
    Files.setLastModifiedTime(
        home.resolve("lib/weft.jar"), FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));
    return new Distribution(home.toRealPath());
  }
}

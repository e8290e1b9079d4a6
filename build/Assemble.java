import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.spi.ToolProvider;

/**
 * Makes the directory that people install, around the jars that Maven has put into its {@code lib}:
 * the launcher, the Java runtime, native libraries, licences, and the archive of loaded classes
 * that a process starts from.
 *
 * <p>{@code java Assemble.java ROOT HOME JFFI_JAR NETTY_JAR_X86 NETTY_JAR_ARM TIMESTAMP}, run by
 * the build on the project's JDK.
 */
final class Assemble {
  private static final List<String> PLUGINS = List.of("bridge", "host-local", "loopback", "static");

  /** Names of jars that name more modules of the JDK than they need. */
  private static final List<String> EXAGGERATING =
      List.of("picocli", "jackson-databind", "jackson-dataformat-yaml", "kubernetes-model-common");

  private final Path root;
  private final Path home;

  private Assemble(Path root, Path home) {
    this.root = root;
    this.home = home;
  }

  public static void main(String[] args) throws Exception {
    Assemble assemble = new Assemble(Path.of(args[0]), Path.of(args[1]));
    assemble.removeStaleJars();
    assemble.copyFiles();
    assemble.nativeLibraries(Path.of(args[2]), isArm() ? Path.of(args[4]) : Path.of(args[3]));
    assemble.licences();
    assemble.launcher();
    assemble.runtime();
    assemble.setTimes(FileTime.from(Instant.parse(args[5])));
    new ClassArchives(assemble.home).make();
  }

  private void copyFiles() throws IOException {
    for (String name : List.of("LICENSE", "NOTICE", "README.md")) {
      copy(root.resolve(name), home.resolve(name));
    }
    for (String name : List.of("THIRD-PARTY.md", "rbac.yaml")) {
      copy(root.resolve("dist/files").resolve(name), home.resolve(name));
    }
    for (String name : List.of("java.options", "agent.options", "cluster.options")) {
      copy(root.resolve("dist/files/lib").resolve(name), home.resolve("lib").resolve(name));
    }
  }

  /** They lie ready beside the jars, or each start would unpack them to {@code /tmp}. */
  private void nativeLibraries(Path jffi, Path netty) throws IOException {
    Path natives = home.resolve("lib/native");
    String architecture = System.getProperty("os.arch");
    extractAll(
        jffi,
        "jni/" + (architecture.equals("amd64") ? "x86_64" : architecture) + "-Linux/",
        natives);
    extractAll(netty, "META-INF/native/", natives);
  }

  private static boolean isArm() {
    return System.getProperty("os.arch").equals("aarch64");
  }

  private static void extractAll(Path jar, String prefix, Path to) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      for (JarEntry entry : file.stream().toList()) {
        if (entry.getName().startsWith(prefix) && !entry.isDirectory()) {
          extract(file, entry, to.resolve(entry.getName().substring(prefix.length())));
        }
      }
    }
  }

  /** The licence and notice texts that the jars carry within. */
  private void licences() throws IOException {
    for (Path jar : jars()) {
      try (JarFile file = new JarFile(jar.toFile())) {
        for (String name : List.of("META-INF/LICENSE", "META-INF/NOTICE")) {
          JarEntry entry = file.getJarEntry(name);
          if (entry != null) {
            String folder = jar.getFileName().toString().replace(".jar", "");
            Path target = home.resolve("licenses").resolve(folder);
            extract(file, entry, target.resolve(name.substring("META-INF/".length())));
          }
        }
      }
    }
  }

  /**
   * One static program; the plugins are links to it, which both cp -a and tar keep. With musl,
   * since each start with glibc asks the processor dozens of questions about itself, and in a
   * virtual machine each one goes to the hypervisor: 0.5 ms instead of 0.05.
   */
  private void launcher() throws IOException, InterruptedException {
    Path program = home.resolve("bin/weft");
    Files.createDirectories(program.getParent());
    run(
        Map.of(),
        "",
        "musl-gcc",
        "-std=c17",
        "-D_GNU_SOURCE",
        "-O2",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-static",
        "-fstack-protector-strong",
        "-Wl,-z,relro,-z,now",
        "-s",
        "-o",
        program.toString(),
        root.resolve("launcher/launcher.c").toString(),
        root.resolve("launcher/agent.c").toString());
    for (String plugin : PLUGINS) {
      Path link = home.resolve("bin").resolve(plugin);
      Files.deleteIfExists(link);
      Files.createSymbolicLink(link, program.getFileName());
    }
  }

  private void runtime() throws IOException {
    Path runtime = home.resolve("runtime");
    delete(runtime);
    tool(
        "jlink",
        "--add-modules",
        String.join(",", modules()),
        "--strip-debug",
        "--no-header-files",
        "--no-man-pages",
        "--output",
        runtime.toString());
  }

  /**
   * What our jars need of the JDK. Some name much more of it for things that we do not have, and do
   * without what is missing: picocli for types of options, Jackson's binding for types of fields,
   * from windows to databases. The latter cannot start without XML, though.
   */
  private Set<String> modules() throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of("--multi-release", "base", "--ignore-missing-deps", "--print-module-deps"));
    for (Path jar : jars()) {
      if (EXAGGERATING.stream().noneMatch(jar.getFileName().toString()::startsWith)) {
        arguments.add(jar.toString());
      }
    }
    Set<String> modules = new LinkedHashSet<>(Set.of("java.xml"));
    modules.addAll(
        Arrays.asList(tool("jdeps", arguments.toArray(String[]::new)).strip().split(",")));
    return modules;
  }

  /** The archive knows its jars by size and time: a copy that keeps times keeps the archive. */
  private void setTimes(FileTime time) throws IOException {
    for (Path jar : jars()) {
      Files.setLastModifiedTime(jar, time);
    }
  }

  private List<Path> jars() throws IOException {
    try (var files = Files.list(home.resolve("lib"))) {
      return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
  }

  /** Jars of an earlier build, under names that the class path does not have any more. */
  private void removeStaleJars() throws IOException {
    Path main = home.resolve("lib/weft.jar");
    try (JarFile file = new JarFile(main.toFile())) {
      String classPath = file.getManifest().getMainAttributes().getValue("Class-Path");
      List<String> names = List.of(classPath.split(" "));
      for (Path jar : jars()) {
        if (!jar.equals(main) && !names.contains(jar.getFileName().toString())) {
          Files.delete(jar);
        }
      }
    }
  }

  private static String tool(String name, String... arguments) {
    var out = new java.io.StringWriter();
    int code =
        ToolProvider.findFirst(name)
            .orElseThrow(() -> new IllegalStateException("this JDK has no " + name))
            .run(new java.io.PrintWriter(out), new java.io.PrintWriter(out), arguments);
    if (code != 0) {
      throw new IllegalStateException(name + " failed: " + out);
    }
    return out.toString();
  }

  static void run(Map<String, String> environment, String input, String... command)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(input.getBytes());
    } catch (IOException e) {
      // VERSION answers without reading.
    }
    String output = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new IllegalStateException(String.join(" ", command) + " failed: " + output);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void extract(JarFile jar, JarEntry entry, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    try (InputStream in = jar.getInputStream(entry)) {
      Files.copy(in, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  static void delete(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (var files = Files.walk(directory)) {
        for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}

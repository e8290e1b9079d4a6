package dev.weft.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code weft install} on a node whose file system lies in a directory, killed and upgraded. */
class InstallIT extends OnNode {
  private static final int ROUNDS = Integer.getInteger("weft.crash.rounds", 10);
  private static final String ANOTHERS = "#!/bin/sh\necho another\n";

  /** Printed with a failure, so that its moments can be tried again. */
  private final long seed = Long.getLong("weft.crash.seed", System.nanoTime());

  private final Random random = new Random(seed);
  private List<Installation> versions = List.of();
  private Path root = Path.of("");

  @BeforeEach
  void makeNode() throws IOException {
    versions = List.of(Installation.copy(node, "one"), another(Installation.copy(node, "two")));
    root = node.data().resolve("root");
    Files.createDirectories(root.resolve("opt/cni/bin"));
    Files.writeString(program("bridge"), ANOTHERS);
    assertTrue(program("bridge").toFile().setExecutable(true));
  }

  /** A version that differs in its launcher and in the names of its jars, as releases do. */
  private static Installation another(Installation copy) throws IOException {
    Path launcher = copy.home().resolve("bin/weft");
    Files.write(launcher, new byte[] {0}, StandardOpenOption.APPEND);
    Path jar = copy.lib("weft.jar");
    Manifest manifest;
    try (JarFile file = new JarFile(jar.toFile())) {
      manifest = file.getManifest();
    }
    Attributes attributes = manifest.getMainAttributes();
    List<String> renamed = new ArrayList<>();
    for (String name : attributes.getValue(Attributes.Name.CLASS_PATH).split(" ", -1)) {
      Files.move(copy.lib(name), copy.lib("other-" + name));
      renamed.add("other-" + name);
    }
    attributes.put(Attributes.Name.CLASS_PATH, String.join(" ", renamed));
    attributes.put(Attributes.Name.IMPLEMENTATION_VERSION, "other");
    try (OutputStream out = Files.newOutputStream(jar)) {
      new JarOutputStream(out, manifest).close();
    }
    return copy;
  }

  private Path program(String name) {
    return root.resolve("opt/cni/bin").resolve(name);
  }

  private List<String> weft(int version, String command) {
    return List.of(
        versions.get(version).home().resolve("bin/weft").toString(), command, "--root=" + root);
  }

  private Command.Outcome run(int version, String command) {
    return Command.run(weft(version, command), Map.of(), new byte[0]).succeeded();
  }

  private void kill(int version, String command, long withinMillis) throws Exception {
    Process process = Command.start(weft(version, command), Map.of(), new byte[0]);
    Thread.sleep(random.nextLong(withinMillis));
    process.destroyForcibly().waitFor();
  }

  @Test
  void killedAtAnyMomentTheNodeWorksAndTheNextRunCompletes() throws Exception {
    long start = System.nanoTime();
    run(0, "install");
    long whole = (System.nanoTime() - start) / 1_000_000;
    run(0, "uninstall");
    for (int round = 0; round < ROUNDS; round++) {
      int version = round % 2;
      kill(version, "install", whole);
      assertWorks(round);
      if (round % 3 == 0) {
        run(version, "install");
        assertInPlace(version, round);
      }
    }
    run(0, "install");
    for (int round = 0; round < ROUNDS / 3; round++) {
      kill(0, "uninstall", whole / 2);
      assertWorks(round);
    }
    run(0, "uninstall");
    assertEquals("nothing to do\n", run(0, "uninstall").stdout());
    assertEquals(List.of("opt/cni/bin/bridge"), files());
    assertEquals(ANOTHERS, Files.readString(program("bridge")));
  }

  /** What a runtime that looks now may count on. */
  private void assertWorks(int round) throws IOException {
    boolean all = true;
    for (String plugin : List.of("bridge", "host-local", "loopback", "static")) {
      if (Files.exists(program(plugin), LinkOption.NOFOLLOW_LINKS)) {
        byte[] content = Files.readAllBytes(program(plugin));
        assertTrue(
            isLauncher(content, 0)
                || isLauncher(content, 1)
                || Arrays.equals(content, Files.readAllBytes(another())),
            () -> context(round) + plugin + " is neither the old nor the new one");
        assertTrue(Files.isExecutable(program(plugin)), () -> context(round) + plugin);
        assertFalse(
            (isLauncher(content, 0) || isLauncher(content, 1)) && !hasHome(),
            () -> context(round) + plugin + " is there without its home");
      } else {
        all = false;
      }
    }
    assertEquals(ANOTHERS, Files.readString(another()), context(round));
    boolean configured = Files.exists(root.resolve("etc/cni/net.d/10-weft.conflist"));
    assertTrue(all || !configured, () -> context(round) + "a network stands without plugins");
  }

  /** Where another's bridge is now. */
  private Path another() {
    Path aside = program(".bridge.before-weft");
    return Files.exists(aside) ? aside : program("bridge");
  }

  private boolean isLauncher(byte[] content, int version) throws IOException {
    return Arrays.equals(
        content, Files.readAllBytes(versions.get(version).home().resolve("bin/weft")));
  }

  private boolean hasHome() {
    return Files.isExecutable(root.resolve("opt/weft/runtime/bin/java"))
        && Files.exists(root.resolve("opt/weft/lib/weft.jsa"));
  }

  private void assertInPlace(int version, int round) throws IOException {
    Path home = versions.get(version).home();
    Command.Outcome difference =
        Command.run("diff", "-r", home.toString(), root.resolve("opt/weft").toString());
    assertEquals("", difference.stdout() + difference.stderr(), context(round));
    assertTrue(isLauncher(Files.readAllBytes(program("bridge")), version), context(round));
    assertEquals("nothing to do\n", run(version, "install").stdout(), context(round));
    assertEquals(
        List.of(),
        files().stream().filter(file -> file.contains("new")).toList(),
        () -> context(round) + "drafts are left");
  }

  private List<String> files() throws IOException {
    try (var paths = Files.walk(root)) {
      return paths
          .filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
          .map(path -> root.relativize(path).toString())
          .toList();
    }
  }

  private String context(int round) {
    return "round " + round + ", -Dweft.crash.seed=" + seed + ": ";
  }

  @Test
  void callsAreAnsweredWhileAnotherVersionIsInstalled() throws Exception {
    run(0, "install");
    AtomicBoolean upgrading = new AtomicBoolean(true);
    try (var threads = Executors.newFixedThreadPool(2)) {
      Callable<Integer> calls =
          () -> {
            int answered = 0;
            while (upgrading.get()) {
              assertEquals("1.1.0", versionOf(call()));
              answered++;
            }
            return answered;
          };
      List<Future<Integer>> answered = List.of(threads.submit(calls), threads.submit(calls));
      try {
        for (int version : new int[] {1, 0, 1}) {
          run(version, "install");
        }
      } finally {
        upgrading.set(false);
      }
      for (Future<Integer> each : answered) {
        assertTrue(each.get() > 0, "no call was made meanwhile");
      }
    }
    assertInPlace(1, -1);
  }

  /** A call of what stands in the node's /opt/cni/bin, where copies know their home. */
  private Command.Outcome call() {
    return PluginCall.of(node, "bridge", "{\"cniVersion\":\"1.1.0\"}")
        .program(Path.of("/opt/cni/bin/bridge"))
        .with("WEFT_AGENT", "")
        .runAfter("mount --bind " + root.resolve("opt") + " /opt", "VERSION")
        .succeeded();
  }

  private static String versionOf(Command.Outcome outcome) {
    return PluginCall.json(outcome.stdout()).at("/supportedVersions/6").asText();
  }

  @Test
  void aFullDiskIsToldAndNothingIsDone() throws IOException {
    assertRefused("-o size=20m", "No space left on device; make room there and run this again");
  }

  @Test
  void aReadOnlyDiskIsToldAndNothingIsDone() throws IOException {
    assertRefused("-o ro", "Read-only file system; make it writable, or choose another directory");
  }

  private void assertRefused(String options, String explanation) throws IOException {
    Path disk = Files.createDirectories(root.resolve("srv"));
    List<String> install = new ArrayList<>(weft(0, "install"));
    install.add("--home=/srv/weft");
    List<String> command =
        new ArrayList<>(
            List.of(
                "unshare",
                "--mount",
                "sh",
                "-c",
                "mount -t tmpfs "
                    + options
                    + " tmpfs "
                    + disk
                    + " && { \"$0\" \"$@\"; code=$?; find "
                    + disk
                    + " -type f; exit $code; }"));
    command.addAll(install);
    Command.Outcome outcome = Command.run(command, Map.of(), new byte[0]);
    assertEquals(1, outcome.exitCode(), outcome::toString);
    assertEquals("", outcome.stdout());
    assertEquals(1, outcome.stderr().lines().count(), outcome.stderr());
    assertTrue(outcome.stderr().contains(disk.toString()), outcome.stderr());
    assertTrue(outcome.stderr().contains(explanation), outcome.stderr());
    assertEquals(
        List.of("opt/cni/bin/bridge", "var/lib/weft/install.lock"),
        files().stream().sorted().toList());
  }
}

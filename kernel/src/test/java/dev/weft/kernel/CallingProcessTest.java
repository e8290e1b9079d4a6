package dev.weft.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.kernel.libc.Libc;
import dev.weft.kernel.linux.LinuxKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CallingProcessTest {
  @TempDir Path directory;

  private int descriptor = -1;
  private final List<Process> started = new ArrayList<>();

  @BeforeEach
  void requireRoot() {
    assumeTrue("root".equals(System.getProperty("user.name")), "skipped: needs root");
  }

  @AfterEach
  void end() throws InterruptedException {
    for (Process process : started) {
      process.destroyForcibly().waitFor();
    }
    Libc.close(descriptor);
  }

  /** A process that prepares itself by a shell command and then waits. */
  private CallingProcess start(String... command) throws IOException {
    Process process = new ProcessBuilder(command).directory(directory.toFile()).start();
    started.add(process);
    // It says so when it is where it shall be.
    assertEquals('r', process.getInputStream().read());
    descriptor = Libc.open("/proc/" + process.pid(), Libc.O_RDONLY | Libc.O_CLOEXEC);
    return CallingProcess.of(descriptor);
  }

  /** Runs on a thread that may move; it must be back at the end. */
  private static <T> T roaming(Callable<T> work) throws Exception {
    CompletableFuture<T> result = new CompletableFuture<>();
    new RoamingThread(
            "test",
            () -> {
              try {
                result.complete(work.call());
              } catch (Exception e) {
                result.completeExceptionally(e);
              }
            })
        .start();
    return result.get(30, TimeUnit.SECONDS);
  }

  private static List<String> whereabouts() throws IOException {
    Path thread = Path.of("/proc/thread-self");
    return List.of(
        Files.readSymbolicLink(thread.resolve("ns/mnt")).toString(),
        Files.readSymbolicLink(thread.resolve("ns/net")).toString(),
        Files.readSymbolicLink(thread.resolve("root")).toString(),
        Files.readSymbolicLink(thread.resolve("cwd")).toString());
  }

  @Test
  void sharesFilesAndDirectoryOfAProcessNearby() throws Exception {
    Files.writeString(directory.resolve("here"), "relative");
    CallingProcess calling = start("/bin/sh", "-c", "echo r; exec sleep 60");
    String read =
        roaming(
            () -> {
              assertTrue(calling.enterFiles());
              String text = Files.readString(Path.of("here"));
              calling.leaveFiles();
              assertEquals("/", whereabouts().getLast());
              return text;
            });
    assertEquals("relative", read);
  }

  @Test
  void seesTheMountsOfAnotherAndComesBack() throws Exception {
    Path mounted = Files.createDirectory(directory.resolve("mounted"));
    CallingProcess calling =
        start(
            "unshare",
            "--mount",
            "/bin/sh",
            "-c",
            "mount -t tmpfs none mounted && echo inside > mounted/file && cd mounted && echo r &&"
                + " exec sleep 60");
    roaming(
        () -> {
          List<String> before = whereabouts();
          for (int i = 0; i < 3; i++) {
            assertTrue(calling.enterFiles());
            assertEquals("inside\n", Files.readString(mounted.resolve("file")));
            assertEquals("inside\n", Files.readString(Path.of("file")));
            calling.leaveFiles();
            assertFalse(Files.exists(mounted.resolve("file")));
          }
          assertEquals(before.subList(0, 3), whereabouts().subList(0, 3));
          return null;
        });
    assertFalse(Files.exists(mounted.resolve("file")));
  }

  private static void assertNotFollowed(CallingProcess calling) throws Exception {
    roaming(
        () -> {
          List<String> before = whereabouts();
          assertFalse(calling.enterFiles());
          assertEquals(before, whereabouts());
          return null;
        });
  }

  @Test
  void doesNotFollowAProcessIntoAChangedRoot() throws Exception {
    CallingProcess calling =
        start(
            "/bin/sh",
            "-c",
            "mkdir bin && cp $(command -v busybox) bin/ && exec chroot . /bin/busybox sh -c"
                + " 'echo r; exec /bin/busybox sleep 60'");
    assertNotFollowed(calling);
  }

  /** The same directory, but what is mounted below it is not the same. */
  @Test
  void doesNotFollowAProcessIntoASecondMountOfTheRoot() throws Exception {
    CallingProcess calling =
        start(
            "unshare",
            "--mount",
            "/bin/sh",
            "-c",
            "mkdir root && mount --rbind / root && exec chroot root /bin/sh -c"
                + " 'echo r; exec sleep 60'");
    roaming(
        () -> {
          List<String> before = whereabouts();
          assertFalse(calling.enterFiles());
          assertEquals(before.subList(0, 3), whereabouts().subList(0, 3));
          return null;
        });
  }

  /** Its root is none of ours: it may do less, and what it is not allowed we must not do for it. */
  @Test
  void doesNotFollowAProcessOfOtherUsers() throws Exception {
    CallingProcess calling =
        start("unshare", "--user", "--map-root-user", "/bin/sh", "-c", "echo r; exec sleep 60");
    assertNotFollowed(calling);
  }

  @Test
  void aMaskOfFilesIsOfOneThreadOnly() throws Exception {
    String before = permissionsOf("before");
    String masked =
        roaming(
            () -> {
              RoamingThread.maskFiles(0077);
              return permissionsOf("masked");
            });
    assertEquals("rw-------", masked);
    assertEquals(before, permissionsOf("after"));
  }

  private String permissionsOf(String newFile) throws IOException {
    Path file = Files.createFile(directory.resolve(newFile));
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void opensTheNetworkOfAProcess() throws Exception {
    CallingProcess calling = start("unshare", "--net", "/bin/sh", "-c", "echo r; exec sleep 60");
    LinuxKernel kernel = new LinuxKernel();
    try (NetworkNamespace opened = calling.openNetwork(kernel::open, Path.of("theirs"));
        NetworkNamespace same =
            kernel.open(Path.of("/proc/" + started.getFirst().pid() + "/ns/net"))) {
      assertEquals(same.id(), opened.id());
      assertEquals(List.of("lo"), opened.links().stream().map(Link::name).toList());
    }
  }

  @Test
  void knowsItsProgram() throws Exception {
    CallingProcess calling = start("/bin/sh", "-c", "echo r; read line");
    assertTrue(calling.runs(Path.of("/bin/sh").toRealPath()));
    assertTrue(calling.runs(Path.of("/bin/sh")));
    assertFalse(calling.runs(Path.of("/bin/cat")));
    assertFalse(calling.runs(directory.resolve("nothing")));
  }

  @Test
  void aProcessThatIsGoneIsNotTakenForAnother() throws Exception {
    start("/bin/sh", "-c", "echo r; read line");
    started.getFirst().destroyForcibly().waitFor();
    assertThrows(KernelException.class, () -> CallingProcess.of(descriptor));
  }

  @Test
  void somethingElseIsNoProcess() {
    descriptor = Libc.open(directory.toString(), Libc.O_RDONLY | Libc.O_CLOEXEC);
    assertThrows(KernelException.class, () -> CallingProcess.of(descriptor));
  }

  /** Work of different namespaces nests on one thread that may move, as it does on several. */
  @Test
  void insideMayBeNested() throws Exception {
    LinuxKernel kernel = new LinuxKernel();
    try (NetworkNamespace one = kernel.create("one");
        NetworkNamespace other = kernel.create("other")) {
      List<String> seen =
          roaming(
              () ->
                  one.inside(
                      () -> {
                        String first = whereabouts().get(1);
                        String second = other.inside(() -> whereabouts().get(1));
                        return List.of(first, second, whereabouts().get(1));
                      }));
      assertEquals(seen.get(0), seen.get(2));
      assertFalse(seen.get(0).equals(seen.get(1)));
    }
  }
}

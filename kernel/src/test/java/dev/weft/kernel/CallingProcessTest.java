package dev.weft.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.kernel.libc.Libc;
import dev.weft.kernel.linux.LinuxKernel;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
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
  void isFoundAtTheOtherEndOfASocketUntilThatHangsUp() throws Exception {
    int self = (int) ProcessHandle.current().pid();
    Path name = directory.resolve("socket");
    int socket = Libc.socket(1, 1, 0); // AF_UNIX, SOCK_STREAM
    try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(name));
      ByteBuffer address = ByteBuffer.allocate(110).order(ByteOrder.nativeOrder());
      address.putShort((short) 1).put(name.toString().getBytes(UTF_8));
      assertEquals(0, Libc.connect(socket, address.array()));
      try (var peer = server.accept()) {
        peer.write(ByteBuffer.wrap(new byte[] {1})); // what it said before its end does not matter
        descriptor = CallingProcess.openPeer(socket, self);
        assertTrue(CallingProcess.of(descriptor).seesOurFiles());
      }
      assertThrows(KernelException.class, () -> CallingProcess.openPeer(socket, self));
    } finally {
      Libc.close(socket);
    }
  }

  @Test
  void aPeerOutOfSightIsNotFound() {
    assertThrows(KernelException.class, () -> CallingProcess.openPeer(-1, 0));
  }

  @Test
  void opensANetworkByItsDescriptor() throws Exception {
    LinuxKernel kernel = new LinuxKernel();
    CallingProcess calling =
        start("unshare", "--net", "/bin/sh", "-c", "exec 7</proc/self/ns/net; echo r; read line");
    try (NetworkNamespace opened = calling.openNetwork(kernel::open, Path.of("theirs"), 7);
        NetworkNamespace same = calling.openNetwork(kernel::open, Path.of("same"))) {
      assertEquals(same.id(), opened.id());
    }
    assertThrows(
        KernelException.class, () -> calling.openNetwork(kernel::open, Path.of("none"), 99));
    assertThrows(
        KernelException.class, () -> calling.openNetwork(kernel::open, Path.of("pipe"), 0));
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

package dev.weft.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What goes into a program and comes out of it, and that nothing stays behind. */
@Timeout(60)
class ChildProcessTest {
  private static final Map<String, String> PATH = Map.of("PATH", "/usr/bin:/bin");

  @TempDir Path directory;

  @Test
  void inputGoesInAndBothOutputsAndTheExitCodeComeOut() {
    ChildProcess.Outcome outcome =
        new ChildProcess(
                Path.of("/bin/sh"),
                List.of("-c", "cat; echo \"$1 $0\" >&2; exit 3", "zero", "blü e"),
                PATH,
                utf8("{\"name\":\"blüe\"}"))
            .run();
    assertEquals(3, outcome.exitCode());
    assertEquals("{\"name\":\"blüe\"}", text(outcome.stdout()));
    assertEquals("blü e zero\n", text(outcome.stderr()));
  }

  @Test
  void muchInputAndOutputDoNotBlockEachOther() {
    byte[] much = new byte[5_000_001];
    new Random(7).nextBytes(much);
    ChildProcess.Outcome outcome =
        new ChildProcess(
                Path.of("/bin/sh"),
                List.of("-c", "head -c 300000 /dev/zero >&2; exec cat"),
                PATH,
                much)
            .run();
    assertArrayEquals(much, outcome.stdout());
    assertArrayEquals(new byte[300_000], outcome.stderr());
    assertArrayEquals(
        much, new ChildProcess(Path.of("/bin/cat"), List.of(), PATH, much).run().stdout());
  }

  @Test
  void inputThatIsNotReadDoesNotMatter() {
    byte[] much = new byte[1 << 20];
    ChildProcess.Outcome outcome =
        new ChildProcess(
                Path.of("/bin/sh"), List.of("-c", "exec 0<&-; sleep 0.05; echo no"), PATH, much)
            .run();
    assertEquals(0, outcome.exitCode());
    assertEquals("no\n", text(outcome.stdout()));
    assertEquals(0, new ChildProcess(Path.of("/bin/true"), List.of(), PATH, much).run().exitCode());
  }

  @Test
  void ofEndlessOutputTheFirst16MebibytesAreKept() {
    ChildProcess.Outcome outcome =
        shell("head -c 40000000 /dev/zero; head -c 20000000 /dev/zero >&2; exit 4");
    assertEquals(4, outcome.exitCode());
    assertEquals((16 << 20) + 1, outcome.stdout().length);
    assertEquals((16 << 20) + 1, outcome.stderr().length);
  }

  @Test
  void whoInheritsTheOutputIsNotWaitedForAndWhatWasWrittenIsThere() throws IOException {
    ChildProcess.Outcome outcome =
        shell("sleep 50 & echo $! > " + directory + "/child; head -c 60000 /dev/zero");
    assertEquals(60_000, outcome.stdout().length);
    long child = Long.parseLong(Files.readString(directory.resolve("child")).strip());
    assertTrue(ProcessHandle.of(child).map(ProcessHandle::destroy).orElse(false));
  }

  @Test
  void whoInheritsTheOutputAndNeverStopsWritingIsNotWaitedFor() throws IOException {
    ChildProcess.Outcome outcome = shell("yes & echo $! > " + directory + "/child; exit 5");
    assertEquals(5, outcome.exitCode());

    long child = Long.parseLong(Files.readString(directory.resolve("child")).strip());
    ProcessHandle.of(child).ifPresent(ProcessHandle::destroy);
  }

  @Test
  void deathBySignalIsToldAsAShellDoes() {
    assertEquals(137, shell("kill -KILL $$").exitCode());
    assertEquals(143, shell("kill -TERM $$").exitCode());
    assertEquals(255, shell("exit 255").exitCode());
  }

  @Test
  void whatCannotBeRunIsToldApart() throws IOException {
    KernelException missing = refused(directory.resolve("nothing"));
    assertEquals(Errno.ENOENT, missing.errno());
    assertEquals(
        directory + "/nothing cannot be run: No such file or directory", missing.getMessage());
    assertEquals(Errno.EACCES, refused(program("#!/bin/sh\n", "rw-------")).errno());
    assertEquals(Errno.EACCES, refused(directory).errno());
    assertEquals(Errno.ENOENT, refused(program("#!/no/such/shell\n", "rwx------")).errno());
    assertEquals(Errno.ENOTDIR, refused(Path.of("/bin/sh/below")).errno());
    Path withoutInterpreter = program("echo no\n", "rwx------");
    assertEquals(Errno.ENOEXEC, refused(withoutInterpreter).errno());
    try (OutputStream _ = Files.newOutputStream(withoutInterpreter, StandardOpenOption.APPEND)) {
      assertEquals(Errno.ETXTBSY, refused(withoutInterpreter).errno());
    }
  }

  @Test
  void textsThatNoProgramCanBeGivenAreRefused() {
    for (Map<String, String> variables :
        List.of(Map.of("A=B", ""), Map.of("", ""), Map.of("A\0", ""), Map.of("A", "\0"))) {
      ChildProcess process =
          new ChildProcess(Path.of("/bin/true"), List.of(), variables, new byte[0]);
      assertEquals(Errno.EINVAL, assertThrows(KernelException.class, process::run).errno());
    }
    ChildProcess zero = new ChildProcess(Path.of("/bin/true"), List.of("a\0b"), PATH, new byte[0]);
    assertEquals(
        "/bin/true cannot be run: no argument or variable has a zero inside, but this does: a\\0b",
        assertThrows(KernelException.class, zero::run).getMessage());
    ChildProcess long1 =
        new ChildProcess(Path.of("/bin/true"), List.of("x".repeat(1 << 20)), PATH, new byte[0]);
    assertEquals(Errno.E2BIG, assertThrows(KernelException.class, long1::run).errno());
  }

  @Test
  void environmentIsTheOneGivenAndNothingElse() {
    assertEquals("", text(run("/usr/bin/env", Map.of())));
    String awkward = "==;a b\n\t\"$HOME\" blüe 🌊";
    assertEquals("K=" + awkward + "\0", text(run("/usr/bin/env", Map.of("K", awkward), "--null")));
    assertEquals("=C:=x\n", text(run("/usr/bin/env", Map.of("=C:", "x"))));
    assertEquals("ÄÖ=\n", text(run("/usr/bin/env", Map.of("ÄÖ", ""))));
    assertEquals(
        List.of("A=1", "B=", "C=3"),
        text(run("/usr/bin/env", Map.of("A", "1", "B", "", "C", "3"))).lines().sorted().toList());
  }

  @Test
  void theWorkingDirectoryIsOurs() {
    assertEquals(Path.of("").toAbsolutePath() + "\n", text(run("/bin/pwd", PATH)));
  }

  @Test
  void nothingIsOpenButTheStandardFiles() throws IOException {
    // The fourth is the directory that ls reads.
    try (OutputStream _ = Files.newOutputStream(directory.resolve("open"))) {
      assertEquals("0\n1\n2\n3\n", text(run("/bin/ls", PATH, "/proc/self/fd")));
    }
  }

  @Test
  void noSignalIsBlockedOrIgnored() {
    String blocked = text(run("/bin/sed", PATH, "-n", "s/^SigBlk:\t//p", "/proc/self/status"));
    String ignored = text(run("/bin/sed", PATH, "-n", "s/^SigIgn:\t//p", "/proc/self/status"));
    long ofTheLibrary = 1L << 31 | 1L << 32; // 32 and 33 are glibc's own
    assertEquals(0, Long.parseUnsignedLong(blocked.strip(), 16));
    assertEquals(0, Long.parseUnsignedLong(ignored.strip(), 16) & ~ofTheLibrary);
  }

  @Test
  void theExitCodeIsKnownAlsoIfWeWereStartedIgnoringEndsOfChildren() {
    ProcessHandle.Info own = ProcessHandle.current().info();
    ChildProcess.Outcome outcome =
        run(
            "/usr/bin/env",
            PATH,
            "--ignore-signal=CHLD",
            own.command().orElseThrow(),
            "-cp",
            System.getProperty("java.class.path"),
            Exits7.class.getName());
    assertEquals("7", text(outcome.stdout()), text(outcome.stderr()));
  }

  /** A program of its own: prints how a child of it ended. */
  static final class Exits7 {
    private Exits7() {}

    public static void main(String[] args) {
      System.out.print(shell("exit 7").exitCode());
    }
  }

  @Test
  void cpuTimeIsThatOfTheChildAndOfThoseItWaitedFor() {
    ChildProcess.Outcome idle = shell("sleep 0.3");
    assertTrue(idle.wall().compareTo(Duration.ofMillis(300)) >= 0, idle::toString);
    assertTrue(idle.cpu().compareTo(idle.wall()) < 0, idle::toString);
    String loop = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";
    ChildProcess.Outcome busy = shell(loop);
    ChildProcess.Outcome nested = shell("(" + loop + "); (" + loop + "); true");
    for (ChildProcess.Outcome outcome : List.of(busy, nested)) {
      assertTrue(outcome.cpu().compareTo(Duration.ofMillis(10)) > 0, outcome::toString);
      assertTrue(outcome.cpu().compareTo(outcome.wall()) <= 0, outcome::toString);
    }
  }

  @Test
  void interruptionDoesNotEndTheWait() throws InterruptedException {
    List<ChildProcess.Outcome> outcomes = new ArrayList<>();
    List<Boolean> interrupted = new ArrayList<>();
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  outcomes.add(shell("sleep 0.3; echo done"));
                  interrupted.add(Thread.currentThread().isInterrupted());
                });
    thread.interrupt();
    thread.join();
    assertEquals("done\n", text(outcomes.getFirst().stdout()));
    assertEquals(List.of(true), interrupted);
  }

  @Test
  void manyThreadsAtOnceEachGetTheirOwn() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(20)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        byte[] mine = utf8(("thread " + i + "\n").repeat(10_000));
        int code = i;
        all.add(
            threads.submit(
                () -> {
                  for (int round = 0; round < 10; round++) {
                    ChildProcess.Outcome outcome =
                        new ChildProcess(
                                Path.of("/bin/sh"), List.of("-c", "cat; exit " + code), PATH, mine)
                            .run();
                    assertEquals(code, outcome.exitCode());
                    assertArrayEquals(mine, outcome.stdout());
                    assertEquals("", text(outcome.stderr()));
                  }
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
  }

  @Test
  void nothingStaysBehind() {
    shell("true");
    Path missing = directory.resolve("nothing");
    refused(missing);
    int descriptors = descriptors();
    for (int i = 0; i < 500; i++) {
      assertEquals(0, run("/bin/true", PATH).exitCode());
      refused(missing);
    }
    assertTrue(descriptors() <= descriptors + 2, () -> "more than " + descriptors);
    assertEquals(List.of(), ProcessHandle.current().children().toList());
    assertFalse(
        Thread.getAllStackTraces().keySet().stream()
            .anyMatch(thread -> thread.getName().contains("pipe")));
  }

  private KernelException refused(Path program) {
    ChildProcess process = new ChildProcess(program, List.of(), PATH, new byte[0]);
    return assertThrows(KernelException.class, process::run);
  }

  private Path program(String text, String permissions) throws IOException {
    Path program = Files.writeString(directory.resolve("program"), text);
    return Files.setPosixFilePermissions(program, PosixFilePermissions.fromString(permissions));
  }

  private static ChildProcess.Outcome shell(String script) {
    return run("/bin/sh", PATH, "-c", script);
  }

  private static ChildProcess.Outcome run(
      String program, Map<String, String> environment, String... arguments) {
    return new ChildProcess(Path.of(program), List.of(arguments), environment, new byte[0]).run();
  }

  private static String text(ChildProcess.Outcome outcome) {
    assertEquals("", text(outcome.stderr()));
    assertEquals(0, outcome.exitCode());
    return text(outcome.stdout());
  }

  private static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static int descriptors() {
    return Objects.requireNonNull(new File("/proc/self/fd").list()).length;
  }
}

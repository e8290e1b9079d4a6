package dev.weft.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A lock keeps out other programs, checked with util-linux's flock(1), and other threads. */
class FlockTest {
  private static final int LOCKED_BY_ANOTHER = 1;

  @TempDir Path directory;

  @Test
  void keepsOutAnotherProgramUntilClosed() throws Exception {
    Path file = directory.resolve("lock");
    try (Flock _ = Flock.exclusive(file)) {
      assertEquals(LOCKED_BY_ANOTHER, tryFromOutside(file));
    }
    assertEquals(0, tryFromOutside(file));
  }

  @Test
  void tellsWhoHoldsIt() throws Exception {
    Path file = directory.resolve("lock");
    assertEquals(OptionalInt.empty(), Flock.holder(file));
    try (Flock _ = Flock.exclusive(file)) {
      assertEquals(OptionalInt.of((int) ProcessHandle.current().pid()), Flock.holder(file));
    }
    assertEquals(OptionalInt.empty(), Flock.holder(file));
  }

  @Test
  void waitsForAnotherProgram() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/flock")), "util-linux's flock is not here");
    Path file = Files.createFile(directory.resolve("lock"));
    Path taken = directory.resolve("taken");
    Process other =
        new ProcessBuilder(
                "/usr/bin/flock",
                file.toString(),
                "sh",
                "-c",
                "touch \"$0\"; sleep 0.3",
                taken + "")
            .start();
    while (!Files.exists(taken)) {
      Thread.sleep(5);
    }
    Flock.exclusive(file).close();
    assertTrue(other.waitFor(100, TimeUnit.MILLISECONDS), "we did not wait for it to end");
  }

  @Test
  void letsOneThreadInAtATime() throws Exception {
    Path file = directory.resolve("lock");
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Thread[] threads = new Thread[8];
    for (int i = 0; i < threads.length; i++) {
      threads[i] =
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int round = 0; round < 50; round++) {
                      try (Flock _ = Flock.exclusive(file)) {
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        Thread.onSpinWait();
                        inside.decrementAndGet();
                      } catch (IOException e) {
                        most.set(Integer.MAX_VALUE);
                      }
                    }
                  });
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(1, most.get());
  }

  @Test
  void closingTwiceDoesNotFreeAnothersLock() throws Exception {
    Path file = directory.resolve("lock");
    Flock first = Flock.exclusive(file);
    first.close();
    try (Flock _ = Flock.exclusive(file)) {
      first.close();
      assertEquals(LOCKED_BY_ANOTHER, tryFromOutside(file));
    }
  }

  @Test
  void knowsTheFileThatItLocks() throws Exception {
    Path file = directory.resolve("lock");
    try (Flock lock = Flock.exclusive(file)) {
      assertTrue(lock.isOf(file));
      Files.delete(file);
      assertFalse(lock.isOf(file));
      Files.createFile(file);
      assertFalse(lock.isOf(file));
    }
  }

  @Test
  void makesTheFileForItsOwnerAlone() throws Exception {
    Path file = directory.resolve("lock");
    Flock.exclusive(file).close();
    assertEquals(PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(file));
  }

  @Test
  void makesNoFileThatADanglingLinkNames() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("file"));
    assertThrows(NoSuchFileException.class, () -> Flock.exclusive(link));
    assertFalse(Files.exists(directory.resolve("file")));
  }

  @Test
  void saysWhichFileCannotBeLocked() throws Exception {
    Path file = Files.createFile(directory.resolve("file")).resolve("lock");
    IOException refused = assertThrows(FileSystemException.class, () -> Flock.exclusive(file));
    assertEquals(file + ": cannot be locked: Not a directory", refused.getMessage());
  }

  private static int tryFromOutside(Path file) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/flock")), "util-linux's flock is not here");
    return new ProcessBuilder("/usr/bin/flock", "--nonblock", file.toString(), "true")
        .inheritIO()
        .start()
        .waitFor();
  }
}

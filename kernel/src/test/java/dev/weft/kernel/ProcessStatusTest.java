package dev.weft.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What a process has, as the kernel tells it. */
class ProcessStatusTest {
  private static final int SELF = (int) ProcessHandle.current().pid();

  @Test
  void memoryIsCountedInBytes() throws IOException {
    // The second field of statm, in pages, is the same figure.
    long pages = Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ", -1)[1]);
    long resident = ProcessStatus.of(SELF).residentBytes();
    assertTrue(resident > pages * 4096 / 2 && resident < pages * 4096 * 2, "" + resident);
  }

  @Test
  void threadsAreCounted() {
    CountDownLatch end = new CountDownLatch(1);
    int before = ProcessStatus.ofThisProcess().threads();
    for (int i = 0; i < 20; i++) {
      Thread.ofPlatform().daemon().start(() -> await(end));
    }
    int threads = ProcessStatus.ofThisProcess().threads();
    end.countDown();
    // Java may have ended or begun a few of its own meanwhile.
    assertTrue(threads >= before + 15, before + ", " + threads);
  }

  @Test
  void aProcessThatIsNotThereHasNothing() {
    KernelException failure = assertThrows(KernelException.class, () -> ProcessStatus.of(1 << 22));
    assertEquals(Errno.ESRCH, failure.errno());
  }

  private static void await(CountDownLatch end) {
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

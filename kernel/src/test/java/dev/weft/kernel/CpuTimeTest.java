package dev.weft.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a process used, as the kernel counts it. */
class CpuTimeTest {
  private static final int SELF = (int) ProcessHandle.current().pid();

  @Test
  void threadsThatEndedCount() throws InterruptedException {
    Duration before = CpuTime.of(SELF).own();
    Thread thread = Thread.ofPlatform().start(() -> burn(Duration.ofMillis(30)));
    thread.join();
    Duration used = CpuTime.of(SELF).own().minus(before);
    assertTrue(used.compareTo(Duration.ofMillis(30)) >= 0, used::toString);
  }

  @Test
  void childrenCountOnceTheyHaveEnded() {
    Duration before = CpuTime.of(SELF).children();
    ChildProcess.Outcome child =
        new ChildProcess(
                Path.of("/bin/sh"),
                List.of("-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done"),
                Map.of(),
                new byte[0])
            .run();
    Duration used = CpuTime.of(SELF).children().minus(before);
    // User and system time are each rounded down, before and after.
    Duration rounding = Duration.ofMillis(20);
    assertTrue(used.plus(rounding).compareTo(child.cpu()) >= 0, used + " of " + child.cpu());
  }

  @Test
  void thisProcessIsOneOfThem() {
    CpuTime before = CpuTime.of(SELF);
    CpuTime here = CpuTime.ofThisProcess();
    CpuTime after = CpuTime.of(SELF);
    assertTrue(before.own().compareTo(here.own()) <= 0, before + ", " + here);
    assertTrue(here.own().compareTo(after.own()) <= 0, here + ", " + after);
    assertEquals(before.children(), here.children());
  }

  @Test
  void totalIsTheSum() {
    CpuTime time = new CpuTime(Duration.ofNanos(1_500_001), Duration.ofMillis(20));
    assertEquals(Duration.ofNanos(21_500_001), time.total());
  }

  @Test
  void aProcessThatIsNotThereHasNone() {
    KernelException failure = assertThrows(KernelException.class, () -> CpuTime.of(1 << 22));
    assertEquals(Errno.ESRCH, failure.errno());
  }

  private static void burn(Duration cpu) {
    long end = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() + cpu.toNanos();
    while (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() < end) {
      Thread.onSpinWait();
    }
  }
}

package dev.weft.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CallQueueTest {
  private static final long LONG = TimeUnit.SECONDS.toNanos(30);

  @Property(tries = 50)
  void eachCallIsWorkedOnOnceAndThoseOfAContainerInTheirOrder(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 8) int threads)
      throws InterruptedException {
    Map<Integer, List<Integer>> seen = new HashMap<>();
    Map<Integer, AtomicInteger> inside = new ConcurrentHashMap<>();
    List<Integer> overlaps = Collections.synchronizedList(new ArrayList<>());
    CallQueue<int[]> queue =
        new CallQueue<>(
            threads,
            1000,
            Runnable::run,
            call -> {
              if (inside.computeIfAbsent(call[0], _ -> new AtomicInteger()).incrementAndGet() > 1) {
                overlaps.add(call[0]);
              }
              synchronized (seen) {
                seen.computeIfAbsent(call[0], _ -> new ArrayList<>()).add(call[1]);
              }
              inside.get(call[0]).decrementAndGet();
            });
    Map<Integer, List<Integer>> given = new HashMap<>();
    Random random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      int container = random.nextInt(10);
      given.computeIfAbsent(container, _ -> new ArrayList<>()).add(i);
      assertTrue(queue.offer("container" + container, new int[] {container, i}));
    }
    assertTrue(queue.awaitEmpty(LONG));
    assertEquals(given, seen);
    assertEquals(List.of(), overlaps);
  }

  @Test
  void refusesWhatIsTooMuch() throws InterruptedException {
    Semaphore gate = new Semaphore(0);
    CountDownLatch begun = new CountDownLatch(2);
    CallQueue<String> queue =
        new CallQueue<>(
            2,
            3,
            Runnable::run,
            _ -> {
              begun.countDown();
              gate.acquireUninterruptibly();
            });
    assertTrue(queue.offer("a", "1"));
    assertTrue(queue.offer("b", "2"));
    assertTrue(begun.await(30, TimeUnit.SECONDS));
    for (String container : List.of("c", "d", "e")) {
      assertTrue(queue.offer(container, "waits"));
    }
    assertFalse(queue.offer("f", "one too many"));
    assertEquals(new CallQueue.Load(2, 3), queue.load());
    assertFalse(queue.awaitEmpty(1));
    gate.release(5);
    assertTrue(queue.awaitEmpty(LONG));
    assertEquals(new CallQueue.Load(0, 0), queue.load());
  }

  @Test
  void aBusyContainerHoldsUpNobodyElse() throws InterruptedException {
    Semaphore gate = new Semaphore(0);
    CountDownLatch others = new CountDownLatch(3);
    CallQueue<String> queue =
        new CallQueue<>(
            2,
            10,
            Runnable::run,
            call -> {
              if (call.equals("slow")) {
                gate.acquireUninterruptibly();
              } else {
                others.countDown();
              }
            });
    queue.offer("a", "slow");
    queue.offer("a", "slow");
    queue.offer("b", "fast");
    queue.offer("c", "fast");
    queue.offer("", "fast");
    assertTrue(others.await(30, TimeUnit.SECONDS));
    gate.release(2);
    assertTrue(queue.awaitEmpty(LONG));
  }

  @Test
  void goesOnAfterAThreadHasDied() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    CallQueue<String> queue =
        new CallQueue<>(
            1,
            10,
            Runnable::run,
            call -> {
              if (call.equals("fails")) {
                throw new DeliberateFailure();
              }
              done.countDown();
            });
    Thread.setDefaultUncaughtExceptionHandler((_, _) -> {});
    try {
      queue.offer("a", "fails");
      queue.offer("a", "works");
      assertTrue(done.await(30, TimeUnit.SECONDS), "waits for a thread that is no more");
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(null);
    }
  }

  private static final class DeliberateFailure extends RuntimeException {
    private static final long serialVersionUID = 1;
  }
}

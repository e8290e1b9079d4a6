package dev.weft.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of requests that several threads make at one moment. */
class CombinerTest {

  /** What one request is like; a caller can tell by the failure that it was its own. */
  enum Kind {
    GOOD,
    /** Not done together with others, but by itself. */
    LEFT,
    /** Refused by itself, and leaves undone what it is together with. */
    BAD,
    /** As bad, and together it ends in what no caller expects. */
    DEADLY
  }

  private record Request(int thread, int number, Kind kind) {}

  private static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient Request request;

    Refused(Request request) {
      super(request.toString());
      this.request = request;
    }
  }

  private static final class Deadly extends Error {
    private static final long serialVersionUID = 1;
  }

  /** Remembers what it did, in order, and how many were at it. */
  private static class Recorder implements Combiner.Operation<Request> {
    final List<Request> done = new ArrayList<>();
    final AtomicInteger underWay = new AtomicInteger();
    final AtomicInteger mostUnderWay = new AtomicInteger();
    int largest = 1;

    List<Request> doneFor(int thread) {
      synchronized (done) {
        return done.stream().filter(request -> request.thread() == thread).toList();
      }
    }

    @Override
    public void alone(Request request) {
      if (request.kind() == Kind.BAD || request.kind() == Kind.DEADLY) {
        throw new Refused(request);
      }
      synchronized (done) {
        done.add(request);
      }
    }

    @Override
    public BitSet together(List<Request> requests) {
      mostUnderWay.accumulateAndGet(underWay.incrementAndGet(), Math::max);
      try {
        assertTrue(requests.size() > 1, "one is no company");
        BitSet left = new BitSet();
        for (int i = 0; i < requests.size(); i++) {
          switch (requests.get(i).kind()) {
            case GOOD -> {}
            case LEFT -> left.set(i);
            case BAD -> throw new Refused(requests.get(i));
            case DEADLY -> throw new Deadly();
          }
        }
        synchronized (done) {
          largest = Math.max(largest, requests.size());
          for (int i = 0; i < requests.size(); i++) {
            if (!left.get(i)) {
              done.add(requests.get(i));
            }
          }
        }
        return left;
      } finally {
        underWay.decrementAndGet();
      }
    }
  }

  @Provide
  Arbitrary<List<List<Kind>>> work() {
    return Arbitraries.frequency(
            Tuple.of(20, Kind.GOOD), Tuple.of(2, Kind.LEFT), Tuple.of(1, Kind.BAD))
        .list()
        .ofMaxSize(30)
        .list()
        .ofMinSize(1)
        .ofMaxSize(16);
  }

  @Property(tries = 150)
  void everyRequestIsDoneOnceInItsThreadsOrderOrFailsByItself(
      @ForAll("work") List<List<Kind>> work, @ForAll @IntRange(min = 1, max = 3) int most)
      throws Exception {
    Recorder recorder = new Recorder();
    Combiner<Request> combiner = new Combiner<>(most, recorder);
    CountDownLatch start = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<List<Request>>> all = new ArrayList<>();
      for (int thread = 0; thread < work.size(); thread++) {
        int own = thread;
        all.add(
            threads.submit(
                () -> {
                  start.await();
                  return performAll(combiner, own, work.get(own));
                }));
      }
      start.countDown();
      for (int thread = 0; thread < all.size(); thread++) {
        assertEquals(all.get(thread).get(), recorder.doneFor(thread));
      }
    }
    assertTrue(recorder.mostUnderWay.get() <= most, "no more at once than may be");
  }

  /** The requests that succeeded; each other must have failed for its own sake. */
  private static List<Request> performAll(
      Combiner<Request> combiner, int thread, List<Kind> kinds) {
    List<Request> succeeded = new ArrayList<>();
    for (int number = 0; number < kinds.size(); number++) {
      Request request = new Request(thread, number, kinds.get(number));
      try {
        combiner.perform(request);
        succeeded.add(request);
      } catch (Refused e) {
        assertEquals(request, e.request);
      }
      assertEquals(request.kind() == Kind.BAD, !succeeded.contains(request), "fails if bad");
    }
    return succeeded;
  }

  /** Holds the first operation until others have come, so that they are sure to be together. */
  private static final class Gathering extends Recorder {
    final CountDownLatch begun = new CountDownLatch(1);
    final CountDownLatch mayEnd = new CountDownLatch(1);

    @Override
    public void alone(Request request) {
      if (request.number() == 0) {
        begun.countDown();
        await(mayEnd);
      }
      super.alone(request);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Has requests gather behind a first one; what became of each of them. */
  private static List<String> gather(Gathering operation, List<Kind> kinds) throws Exception {
    Combiner<Request> combiner = new Combiner<>(1, operation);
    List<String> outcomes = new ArrayList<>();
    List<Thread> callers = new ArrayList<>();
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      Future<?> first = threads.submit(() -> combiner.perform(new Request(0, 0, Kind.GOOD)));
      operation.begun.await();
      List<Future<String>> others = new ArrayList<>();
      for (int number = 1; number <= kinds.size(); number++) {
        Request request = new Request(number, number, kinds.get(number - 1));
        CountDownLatch running = new CountDownLatch(1);
        others.add(
            threads.submit(
                () -> {
                  callers.add(Thread.currentThread());
                  running.countDown();
                  return outcome(combiner, request);
                }));
        running.await();
        while (callers.getLast().getState() != Thread.State.WAITING) {
          Thread.onSpinWait();
        }
      }
      operation.mayEnd.countDown();
      first.get();
      for (Future<String> other : others) {
        outcomes.add(other.get());
      }
    }
    combiner.perform(new Request(0, 99, Kind.GOOD));
    assertEquals(99, operation.done.getLast().number(), "nobody is under way any more");
    return outcomes;
  }

  private static String outcome(Combiner<Request> combiner, Request request) {
    try {
      combiner.perform(request);
      return "done";
    } catch (Refused e) {
      assertEquals(request, e.request);
      return "refused";
    } catch (Deadly e) {
      return "died";
    }
  }

  @Test
  void whoComesWhileAnotherIsAtItIsServedWithTheRest() throws Exception {
    Gathering operation = new Gathering();
    assertEquals(
        List.of("done", "done", "done"),
        gather(operation, List.of(Kind.GOOD, Kind.GOOD, Kind.GOOD)));
    assertEquals(3, operation.largest);
    assertEquals(
        List.of(0, 1, 2, 3, 99), operation.done.stream().map(Request::number).toList(), "in order");
  }

  @Test
  void whoComesAloneMeanwhileIsDoneAlone() throws Exception {
    Gathering operation = new Gathering();
    assertEquals(List.of("refused"), gather(operation, List.of(Kind.BAD)));
    assertEquals(1, operation.largest);
  }

  @Test
  void ifTheyFailTogetherOnlyTheBadOneFails() throws Exception {
    assertEquals(
        List.of("done", "refused", "done", "done"),
        gather(new Gathering(), List.of(Kind.GOOD, Kind.BAD, Kind.LEFT, Kind.GOOD)));
  }

  @Test
  void aLeaderThatDiesLeavesNobodyWaiting() throws Exception {
    assertEquals(
        List.of("died", "refused", "done"),
        gather(new Gathering(), List.of(Kind.GOOD, Kind.DEADLY, Kind.GOOD)));
  }

  @Test
  void anInterruptedCallerIsServedAndStaysInterrupted() {
    Recorder recorder = new Recorder();
    Combiner<Request> combiner = new Combiner<>(1, recorder);
    Thread.currentThread().interrupt();
    combiner.perform(new Request(0, 1, Kind.GOOD));
    assertTrue(Thread.interrupted(), "the interrupt is for the caller to see");
    assertEquals(1, recorder.done.size());
    Request bad = new Request(0, 2, Kind.BAD);
    assertThrows(Refused.class, () -> combiner.perform(bad));
    assertFalse(Thread.interrupted());
  }

  @Test
  @Timeout(60)
  void noWakeUpIsLostAmongManyThreads() throws Exception {
    int threads = 64;
    int rounds = 2_000;
    AtomicInteger done = new AtomicInteger();
    Combiner<Integer> combiner =
        new Combiner<>(
            2,
            new Combiner.Operation<>() {
              @Override
              public void alone(Integer request) {
                done.addAndGet(request);
                Thread.onSpinWait();
              }

              @Override
              public BitSet together(List<Integer> requests) {
                requests.forEach(done::addAndGet);
                Thread.onSpinWait();
                return new BitSet();
              }
            });
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        all.add(
            pool.submit(
                () -> {
                  for (int round = 0; round < rounds; round++) {
                    combiner.perform(1);
                  }
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    assertEquals(threads * rounds, done.get());
  }
}

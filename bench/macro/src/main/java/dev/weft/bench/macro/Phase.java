package dev.weft.bench.macro;

import dev.weft.kernel.ChildProcess;
import dev.weft.kernel.CpuTime;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Calls made by several callers that begin together.
 *
 * @param answers in the order of the calls
 * @param seconds from the common beginning to the end of the last call
 * @param ownCpu what this process used meanwhile, to start its children and hear of their end: it
 *     is in no figure of a call, but takes processors from calls that run at once
 */
record Phase(List<Answer> answers, double seconds, Duration ownCpu) {
  private static final int SELF = (int) ProcessHandle.current().pid();

  /**
   * Makes calls. Each caller makes its share of them, one after the other. Must not be called on a
   * thread that moves.
   *
   * @param node where the processes are born
   */
  static Phase run(Node node, List<ChildProcess> calls, Callers callers)
      throws InterruptedException {
    int atOnce = callers.number();
    // What the last phase left is collected now and not in the middle of a call.
    System.gc();
    Answer[] answers = new Answer[calls.size()];
    Arrays.fill(answers, Answer.NONE);
    long[] ends = new long[atOnce];
    Queue<RuntimeException> failures = new ConcurrentLinkedQueue<>();
    CountDownLatch ready = new CountDownLatch(atOnce);
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(atOnce);
    for (int i = 0; i < atOnce; i++) {
      int caller = i;
      Runnable work =
          () -> {
            try {
              node.inside(
                  () -> {
                    ready.countDown();
                    go.await();
                    for (int call = caller; call < answers.length; call += atOnce) {
                      answers[call] = Answer.of(calls.get(call));
                    }
                    ends[caller] = System.nanoTime();
                    return true;
                  });
            } catch (RuntimeException e) {
              failures.add(e);
            } finally {
              ready.countDown();
              done.countDown();
            }
          };
      callers.execute(work);
    }
    ready.await();
    Duration cpuBefore = CpuTime.of(SELF).own();
    long begun = System.nanoTime();
    go.countDown();
    done.await();
    RuntimeException failure = failures.peek();
    if (failure != null) {
      throw failure;
    }
    Duration ownCpu = CpuTime.of(SELF).own().minus(cpuBefore);
    long end = Arrays.stream(ends).max().orElse(begun);
    return new Phase(
        List.of(answers), (end - begun) / (double) TimeUnit.SECONDS.toNanos(1), ownCpu);
  }
}

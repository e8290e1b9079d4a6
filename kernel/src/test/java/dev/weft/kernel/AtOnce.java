package dev.weft.kernel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Operations of as many threads at one moment. */
final class AtOnce {
  private AtOnce() {}

  /** How many of them were {@code done}, and how many failed with which error. */
  static Map<String, Integer> outcomes(List<Runnable> operations) throws Exception {
    CyclicBarrier start = new CyclicBarrier(operations.size());
    List<Callable<String>> calls = new ArrayList<>();
    for (Runnable operation : operations) {
      calls.add(
          () -> {
            start.await();
            return outcome(operation);
          });
    }
    Map<String, Integer> outcomes = new HashMap<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(calls.size())) {
      for (Future<String> outcome : threads.invokeAll(calls)) {
        outcomes.merge(outcome.get(), 1, Integer::sum);
      }
    }
    return outcomes;
  }

  private static String outcome(Runnable operation) {
    try {
      operation.run();
      return "done";
    } catch (KernelException e) {
      return e.errno().toString();
    }
  }
}

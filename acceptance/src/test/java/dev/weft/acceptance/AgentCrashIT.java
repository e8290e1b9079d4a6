package dev.weft.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * {@code kill -9} of the agent at random moments, while runtimes attach and detach pods: whatever
 * failed is mended by trying again, and nothing is lost.
 */
class AgentCrashIT extends OnAgent {
  private static final int KILLS = Integer.getInteger("weft.agent.kills", 10);
  private static final int RUNTIMES = 4;

  /** As often as a runtime may try until we say that it is not mended, on a busy machine. */
  private static final int TRIES = 10;

  /** Half of the agents die before they are warm. */
  private static final int WARM_UP_MILLIS = 3_000;

  private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

  /** The others when they have served for some time. */
  private static final int SERVING_MILLIS = 1_000;

  /** Printed with a failure, so that its moments can be tried again. */
  private final long seed = Long.getLong("weft.crash.seed", System.nanoTime());

  private final Random random = new Random(seed);
  private final Map<String, String> living = new ConcurrentHashMap<>();
  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicInteger mended = new AtomicInteger();
  private volatile boolean over;

  @AfterEach
  void stopRuntimes() {
    over = true;
  }

  @Test
  void whatAKilledAgentLeftIsMendedByTryingAgain() throws Exception {
    List<Future<?>> runtimes = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(RUNTIMES)) {
      for (int number = 0; number < RUNTIMES; number++) {
        Path pod = node.addPod();
        String name = "runtime" + number;
        runtimes.add(
            threads.submit(
                () -> {
                  attachAndDetach(name, pod);
                  return null;
                }));
      }
      try {
        for (int kill = 0; kill < KILLS && runtimes.stream().noneMatch(Future::isDone); kill++) {
          if (kill % 2 == 0) {
            agent.awaitReady();
            TimeUnit.MILLISECONDS.sleep(random.nextInt(SERVING_MILLIS));
          } else {
            TimeUnit.MILLISECONDS.sleep(random.nextInt(WARM_UP_MILLIS));
          }
          assertTrue(agent.isAlive(), () -> context() + "it ended by itself: " + agent.log());
          agent.kill();
          agent.relaunch();
        }
      } finally {
        over = true;
      }
      for (Future<?> runtime : runtimes) {
        runtime.get(5, TimeUnit.MINUTES);
      }
    }
    assertEquals(Map.of(), living, context());
    assertEquals(List.of(), node.leases("net"), context());
    assertEquals(List.of(), node.veths(), context());
    assertFalse(node.rules().contains("10.1.0."), () -> context() + node.rules());
    assertFalse(node.rules().contains("net/eth0/"), () -> context() + node.rules());

    agent.awaitReady();
    launchers.forget();
    PluginCall call = call("last").pod(node.addPod());
    call.add();
    call.succeeds("DEL");
    assertEquals(List.of(), launchers.standalone(), "calls that the agent did not serve");
    System.out.printf("%d kills, %d calls, %d mended%n", KILLS, calls.get(), mended.get());
  }

  /**
   * What a runtime does for pod after pod, until the test is over. Where it is slow, since there is
   * no agent, it rests as long as it worked: else none would get warm.
   */
  private void attachAndDetach(String name, Path pod) throws InterruptedException {
    for (int i = 0; !over; i++) {
      long begun = System.nanoTime();
      PluginCall call = call(name + "-" + i).pod(pod);
      String result = attach(call);
      String address = PluginCall.json(result).at("/ips/0/address").asText();
      String other = living.putIfAbsent(address, name);
      assertNull(other, () -> context() + address + " is " + other + "'s and " + name + "'s");
      run(call.set("prevResult", result), "CHECK").succeeded();
      living.remove(address);
      detach(call);
      long took = System.nanoTime() - begun;
      if (took > SLOW_NANOS) {
        TimeUnit.NANOSECONDS.sleep(took);
      }
    }
  }

  /** Its result. */
  private String attach(PluginCall call) {
    for (int tries = 1; ; tries++) {
      Command.Outcome outcome = run(call, "ADD");
      if (outcome.exitCode() == 0) {
        return outcome.stdout();
      }
      isNoneOfOurDefects(outcome);
      if (tries == TRIES) {
        throw new AssertionError(context() + "is not mended: " + outcome);
      }
      mended.incrementAndGet();
      detach(call);
    }
  }

  private void detach(PluginCall call) {
    for (int tries = 1; ; tries++) {
      Command.Outcome outcome = run(call, "DEL");
      if (outcome.exitCode() == 0) {
        return;
      }
      isNoneOfOurDefects(outcome);
      if (tries == TRIES) {
        throw new AssertionError(context() + "is not mended: " + outcome);
      }
    }
  }

  private Command.Outcome run(PluginCall call, String verb) {
    calls.incrementAndGet();
    return call.run(verb);
  }

  private void isNoneOfOurDefects(Command.Outcome outcome) {
    JsonNode error = PluginCall.json(outcome.stdout());
    assertTrue(error.has("code"), () -> context() + outcome);
    assertNotEquals(999, error.path("code").asInt(), () -> context() + outcome);
  }

  private PluginCall call(String container) {
    return PluginCall.guarded(node, "10.1.0.0/27", container);
  }

  private String context() {
    return "-Dweft.crash.seed=" + seed + ": ";
  }
}

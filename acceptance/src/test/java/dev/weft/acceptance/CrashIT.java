package dev.weft.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * {@code kill -9} of the executable at random moments: the next DEL or GC finds and removes all
 * that was made.
 */
class CrashIT extends BothWays {
  private static final int ROUNDS = Integer.getInteger("weft.crash.rounds", 20);

  /** Printed with a failure, so that its moments can be tried again. */
  private final long seed = Long.getLong("weft.crash.seed", System.nanoTime());

  private final Random random = new Random(seed);

  @Test
  void delFindsWhatAKilledAddLeft() throws Exception {
    long whole = durationOf("ADD", call("measure").pod(node.addPod()));
    call("measure").succeeds("DEL");
    for (int round = 0; round < ROUNDS; round++) {
      Path pod = node.addPod();
      PluginCall call = call("c" + round).pod(pod);
      killAtRandom("ADD", call, whole);
      if (round % 2 == 0) {
        call.succeeds("DEL");
        assertFalse(links(pod).contains("eth0"), context(round));
      } else {
        node.removePod(pod);
        call.without("CNI_NETNS").succeeds("DEL");
      }
      assertNothingIsLeft(round);
    }
  }

  @Test
  void gcFindsWhatKilledAddsLeft() throws Exception {
    PluginCall valid = call("valid").pod(node.addPod());
    long whole = durationOf("ADD", valid);
    for (int round = 0; round < ROUNDS; round++) {
      killAtRandom("ADD", call("c" + round).pod(node.addPod()), whole);
    }
    call("")
        .without("CNI_CONTAINERID")
        .without("CNI_IFNAME")
        .set("cni.dev/valid-attachments", "[{\"containerID\":\"valid\",\"ifname\":\"eth0\"}]")
        .succeeds("GC");
    assertEquals(1, node.leases("net").size(), () -> context(-1) + node.leases("net"));
    assertEquals(1, node.veths().size(), () -> context(-1) + node.veths());
    assertFalse(node.rules().contains("net/eth0/c"), () -> context(-1) + node.rules());
    valid.succeeds("DEL");
    assertNothingIsLeft(-1);
  }

  @Test
  void delFinishesWhatAKilledDelBegan() throws Exception {
    call("measure").pod(node.addPod()).add();
    long whole = durationOf("DEL", call("measure"));
    for (int round = 0; round < ROUNDS; round++) {
      PluginCall call = call("c" + round).pod(node.addPod());
      call.add();
      killAtRandom("DEL", call, whole);
      call.succeeds("DEL");
      assertNothingIsLeft(round);
    }
  }

  @Test
  void noAddressIsGivenTwiceWhileOthersAreKilled() throws Exception {
    long whole = durationOf("ADD", call("measure").pod(node.addPod()));
    call("measure").succeeds("DEL");
    List<Callable<List<String>>> work = new ArrayList<>();
    for (int round = 0; round < 2 * ROUNDS; round++) {
      PluginCall call = call("c" + round).pod(node.addPod());
      boolean killed = round % 2 == 1;
      long after = random.nextLong(whole);
      work.add(
          () -> {
            if (killed) {
              kill("ADD", call, after);
              return List.of();
            }
            JsonNode result = call.add();
            return List.of(result.at("/ips/0/address").asText());
          });
    }
    Set<String> given = new HashSet<>();
    try (var threads = Executors.newFixedThreadPool(4)) {
      for (Future<List<String>> done : threads.invokeAll(work)) {
        for (String address : done.get()) {
          assertTrue(given.add(address), () -> context(-1) + address + " was given twice");
        }
      }
    }
    for (String prefix : given) {
      String address = prefix.substring(0, prefix.indexOf('/'));
      assertTrue(node.leases("net").contains(address), () -> context(-1) + address + " lost");
    }
  }

  private PluginCall call(String container) {
    return PluginCall.guarded(node, "10.1.0.0/16", container);
  }

  private static long durationOf(String verb, PluginCall call) {
    long start = System.nanoTime();
    call.run(verb).succeeded();
    return (System.nanoTime() - start) / 1_000_000;
  }

  private void killAtRandom(String verb, PluginCall call, long wholeMillis) throws Exception {
    kill(verb, call, random.nextLong(wholeMillis));
  }

  private static void kill(String verb, PluginCall call, long afterMillis) throws Exception {
    Process process = call.start(verb);
    Thread.sleep(afterMillis);
    process.destroyForcibly().waitFor();
    // An agent finishes what it has begun, before it begins another call of the container.
    call.run("VERSION");
  }

  private List<String> links(Path pod) {
    List<String> names = new ArrayList<>();
    PluginCall.json(node.runIn(pod, "ip", "-j", "link", "show").succeeded().stdout())
        .forEach(link -> names.add(link.path("ifname").asText()));
    return names;
  }

  private void assertNothingIsLeft(int round) {
    assertEquals(List.of(), node.leases("net"), context(round));
    assertEquals(List.of(), node.veths(), context(round));
    assertFalse(node.rules().contains("net/eth0/c"), () -> context(round) + node.rules());
    assertFalse(node.rules().contains("10.1.0."), () -> context(round) + node.rules());
  }

  private String context(int round) {
    return "round " + round + ", -Dweft.crash.seed=" + seed + ": ";
  }
}

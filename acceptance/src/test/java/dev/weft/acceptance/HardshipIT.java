package dev.weft.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** A node in trouble: a full disk, a disk that cannot be written, many containers at once. */
class HardshipIT extends BothWays {
  private static final int AT_ONCE = Integer.getInteger("weft.at.once", 200);

  @Test
  void aFullDiskFailsTheAddAndLeavesNothing() {
    // Two inodes beside the root: not enough for a network's directory, its lock and a lease.
    failsCleanly("mount -t tmpfs -o nr_inodes=3 tmpfs " + node.data());
    failsCleanly(
        "mount -t tmpfs -o size=8k tmpfs %1$s && head -c 8k /dev/zero > %1$s/filler"
            .formatted(node.data()));
  }

  @Test
  void aReadOnlyDataDirectoryFailsTheAddAndLeavesNothing() {
    failsCleanly("mount -t tmpfs -o ro tmpfs " + node.data());
  }

  @Test
  void aDelOnAReadOnlyDataDirectorySaysSoAndSucceedsLater() {
    PluginCall call = call("c").pod(node.addPod());
    call.add();
    Command.Outcome outcome =
        call.runAfter(
            "mount --bind %1$s %1$s && mount -o remount,bind,ro %1$s".formatted(node.data()),
            "DEL");
    assertNotEquals(0, outcome.exitCode());
    assertTrue(
        PluginCall.json(outcome.stdout()).path("msg").asText().contains(node.data().toString()));
    assertEquals(1, node.leases("net").size());
    call.succeeds("DEL");
    assertEquals(List.of(), node.leases("net"));
  }

  @Test
  void manyAddsAtOnceAllSucceedWithAddressesOfTheirOwn() throws Exception {
    List<PluginCall> calls = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) {
      calls.add(call("c" + i).pod(node.addPod()));
    }
    Set<String> addresses = new HashSet<>();
    for (JsonNode result : allAtOnce(calls, PluginCall::add)) {
      addresses.add(result.at("/ips/0/address").asText());
    }
    assertEquals(AT_ONCE, addresses.size());
    assertEquals(AT_ONCE, node.leases("net").size());
    assertEquals(AT_ONCE, node.veths().size());

    allAtOnce(calls, call -> call.run("DEL").succeeded());
    assertEquals(List.of(), node.leases("net"));
    assertEquals(List.of(), node.veths());
    assertFalse(node.rules().contains("10.1.0."), node::rules);
  }

  private interface Deed<R> {
    R on(PluginCall call);
  }

  private static <R> List<R> allAtOnce(List<PluginCall> calls, Deed<R> deed) throws Exception {
    List<Callable<R>> work = new ArrayList<>();
    for (PluginCall call : calls) {
      work.add(() -> deed.on(call));
    }
    List<R> results = new ArrayList<>();
    try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
      for (Future<R> done : threads.invokeAll(work)) {
        results.add(done.get());
      }
    }
    return results;
  }

  private void failsCleanly(String trouble) {
    Path pod = node.addPod();
    Command.Outcome outcome = call("c").pod(pod).runAfter(trouble, "ADD");
    assertNotEquals(0, outcome.exitCode(), outcome::toString);
    JsonNode error = PluginCall.json(outcome.stdout());
    assertEquals(5, error.path("code").asInt(), error::toString);
    assertTrue(error.path("msg").asText().contains(node.data().toString()), error::toString);
    assertEquals(List.of(), node.veths());
    assertFalse(node.runIn(pod, "ip", "link", "show").stdout().contains("eth0"));
    assertFalse(node.rules().contains("10.1.0."), node::rules);
  }

  private PluginCall call(String container) {
    return PluginCall.of(
            node,
            "bridge",
            """
            {"cniVersion":"1.1.0","name":"net","type":"bridge","bridge":"cni-test",
             "isDefaultGateway":true,"ipMasq":true,
             "ipam":{"type":"host-local","subnet":"10.1.0.0/16","dataDir":"%s"}}"""
                .formatted(node.data()))
        .container(container);
  }
}

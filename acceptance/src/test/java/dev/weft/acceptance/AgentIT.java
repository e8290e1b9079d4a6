package dev.weft.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** An agent starts, hangs, is killed and ends, and every call gets an answer all the same. */
class AgentIT extends OnAgent {
  private PluginCall bridge() {
    return PluginCall.bridged(node, "one");
  }

  private static <R> Future<R> inBackground(Callable<R> work) {
    FutureTask<R> task = new FutureTask<>(work);
    Thread.ofPlatform().daemon().start(task);
    return task;
  }

  private static <R> R outcome(Future<R> work) throws Exception {
    return work.get(60, TimeUnit.SECONDS);
  }

  private static int codeOf(Command.Outcome outcome) {
    return PluginCall.json(outcome.stdout()).path("code").asInt();
  }

  private void assertServed(PluginCall call) {
    launchers.forget();
    call.add();
    call.succeeds("DEL");
    assertEquals(List.of(), launchers.standalone(), "calls that the agent did not serve");
    assertEquals(List.of(), node.leases("net"));
    assertEquals(List.of(), node.veths());
  }

  @Test
  void servesCallsUntilItIsToldToEnd() {
    PluginCall call = bridge().pod(node.addPod());
    assertServed(call);
    assertEquals(0, agent.terminate(), agent::log);
    assertFalse(Files.exists(agent.socket()));

    call.add();
    call.succeeds("DEL");
    assertEquals(List.of("ADD of one", "DEL of one"), launchers.standalone());
  }

  @Test
  void finishesTheCallsThatItHasWhenItIsToldToEnd() throws Exception {
    SlowDelegate slow = SlowDelegate.on(node);
    PluginCall call = slow.of(bridge()).pod(node.addPod());
    Future<Command.Outcome> add = inBackground(() -> call.run("ADD"));
    slow.awaitCalls(1);

    Future<Integer> exitCode = inBackground(agent::terminate);
    Await.until(
        Duration.ofSeconds(30),
        () -> !Files.exists(agent.socket()),
        () -> "its socket is still there: " + agent.log());
    PluginCall other = bridge().container("other").pod(node.addPod());
    other.add();
    assertEquals(List.of("ADD of other"), launchers.standalone());
    assertTrue(agent.isAlive(), "it waits for the call that is under way");

    slow.go();
    JsonNode result = PluginCall.json(outcome(add).succeeded().stdout());
    assertEquals("10.8.0.9/24", result.at("/ips/0/address").asText());
    assertEquals(0, outcome(exitCode), agent::log);
  }

  @Test
  void anAgentThatIsKilledFailsAnAddAndLeavesADelToTheStandaloneWay() throws Exception {
    SlowDelegate slow = SlowDelegate.on(node);
    PluginCall call = slow.of(bridge()).pod(node.addPod());
    Future<Command.Outcome> add = inBackground(() -> call.run("ADD"));
    slow.awaitCalls(1);
    agent.kill();
    assertEquals(11, codeOf(outcome(add)));
    assertEquals(List.of(), launchers.standalone());

    agent.restart();
    Future<Command.Outcome> del = inBackground(() -> call.run("DEL"));
    slow.awaitCalls(2);
    agent.kill();
    slow.go();
    assertEquals("", outcome(del).succeeded().stdout());
    assertEquals(List.of("DEL of one"), launchers.standalone());
    assertEquals(List.of(), node.veths());
  }

  /** What it finds later it does not do: nobody waits for it any more. */
  @Test
  void anAgentThatHangsIsNotWaitedForForEver() {
    PluginCall call = bridge().pod(node.addPod());
    agent.signal("STOP");
    for (String verb : List.of("VERSION", "DEL", "ADD")) {
      assertEquals(11, codeOf(call.with("WEFT_AGENT_SECONDS", "1").run(verb)), verb);
    }
    assertEquals(List.of(), launchers.standalone());

    agent.signal("CONT");
    assertServed(call.container("other"));
    assertServed(call);
  }

  @Test
  void theSocketOfOneThatWasKilledIsInNobodysWay() {
    PluginCall call = bridge().pod(node.addPod());
    agent.kill();
    assertTrue(Files.exists(agent.socket()), "its socket is still there");
    call.add();
    call.succeeds("DEL");
    assertEquals(List.of("ADD of one", "DEL of one"), launchers.standalone());

    agent.restart();
    assertServed(call);
  }

  @Test
  void aSecondAgentInTheSamePlaceSaysSoAndEnds() {
    Command.Outcome second =
        Command.run(
            Executables.plugin("weft").toString(), "agent", "--socket", agent.socket().toString());
    assertEquals(1, second.exitCode());
    assertTrue(second.stderr().contains("another agent"), second.stderr());
    assertTrue(second.stderr().contains(agent.directory().toString()), second.stderr());
    assertServed(bridge().pod(node.addPod()));
  }

  @Test
  void onlyItsOwnUserMayComeNear() throws IOException {
    assertEquals("rwx------", permissions(agent.directory()));
    assertEquals("rw-------", permissions(agent.socket()));
    for (String how : List.of("chmod 0755 %s", "chmod 0710 %s", "chown 65534 %s")) {
      Path directory = Files.createDirectory(node.data().resolve(how.substring(0, 10).strip()));
      Command.run("sh", "-c", how.formatted("'" + directory + "'")).succeeded();
      Command.Outcome refused =
          Command.run(
              Executables.plugin("weft").toString(),
              "agent",
              "--socket",
              directory + "/agent.sock");
      assertEquals(1, refused.exitCode(), how);
      assertTrue(refused.stderr().contains(directory.toString()), refused.stderr());
      assertTrue(refused.stderr().contains("owner"), refused.stderr());
    }
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void oneContainerThatManyAddAndDeleteAtOnceEndsAsNobodysHasBegun() throws Exception {
    PluginCall call = bridge().set("ipMasq", "true").pod(node.addPod());
    List<Callable<Command.Outcome>> work = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      String verb = i % 2 == 0 ? "ADD" : "DEL";
      work.add(() -> call.run(verb));
    }
    try (var threads = Executors.newFixedThreadPool(20)) {
      for (Future<Command.Outcome> done : threads.invokeAll(work)) {
        Command.Outcome outcome = done.get();
        assertTrue(
            outcome.exitCode() == 0 || List.of(4, 11).contains(codeOf(outcome)), outcome::toString);
      }
    }
    assertTrue(node.veths().size() <= 1, () -> "" + node.veths());
    assertEquals(node.veths().size(), node.leases("net").size());
    call.succeeds("DEL");
    assertEquals(List.of(), node.leases("net"));
    assertEquals(List.of(), node.veths());
    assertFalse(node.rules().contains("10.8.0."), node::rules);
    assertEquals(List.of(), launchers.standalone(), "calls that the agent did not serve");
  }
}

package dev.weft.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever comes to its socket, an agent refuses it or serves it, and goes on serving others: after
 * each of these tests a pod is attached and detached by the same process.
 */
class AgentInputIT {
  @RegisterExtension static final SharedAgent AGENT = SharedAgent.ofTheClass();

  /** As large as a call may be that an agent serves, or a little less, in bytes. */
  private static final int LARGE = 250 << 10;

  private static final int IDLE = 10_000;

  private static final Map<String, String> VERSION_CALL = Map.of("CNI_COMMAND", "VERSION");

  private final Random random = new Random(1);
  private final List<RawLauncher> open = new ArrayList<>();
  private long pid;

  @BeforeEach
  void notePid() {
    pid = agent().pid();
  }

  @AfterEach
  void itStillServes() {
    open.forEach(RawLauncher::close);
    assertTrue(agent().isAlive(), () -> "the agent ended: " + agent().log());
    assertEquals(pid, agent().pid());
    aPodIsServed();
    assertEquals("", agent().log().replaceAll("(?m)^.*level=info.*\n", ""));
  }

  private static AgentProcess agent() {
    return AGENT.get().agent();
  }

  private RawLauncher connect() {
    RawLauncher launcher = RawLauncher.connect(agent().socket());
    open.add(launcher);
    return launcher;
  }

  private static void aPodIsServed() {
    SharedAgent.Running running = AGENT.get();
    running.launchers().forget();
    try (Node node = running.createNode()) {
      PluginCall call = loopback(node).pod(node.addPod());
      call.add();
      call.succeeds("DEL");
    }
    assertEquals(List.of(), running.launchers().standalone(), "calls that the agent did not serve");
  }

  private static PluginCall loopback(Node node) {
    return PluginCall.of(
            node, "loopback", "{\"cniVersion\":\"1.0.0\",\"name\":\"lo\",\"type\":\"loopback\"}")
        .container("one")
        .with("CNI_IFNAME", "lo");
  }

  private static Stream<Arguments> noCalls() {
    byte[] body = RawLauncher.body("bridge", VERSION_CALL, "{}");
    return Stream.of(
        arguments("another word", "WARP00000000".getBytes(StandardCharsets.UTF_8)),
        arguments("version 0", RawLauncher.head(0, 100)),
        arguments("the next version", RawLauncher.head(RawLauncher.VERSION + 1, 100)),
        arguments("the last version", RawLauncher.head(-1, 100)),
        arguments("less than nothing", RawLauncher.head(RawLauncher.VERSION, -1)),
        arguments("a gigabyte", RawLauncher.head(RawLauncher.VERSION, 1 << 30)),
        arguments("nothing", RawLauncher.head(RawLauncher.VERSION, 0)),
        arguments("less than it says", whole(Arrays.copyOf(body, body.length - 1))),
        arguments("a text too long", whole(with(body, 8, Integer.MAX_VALUE))),
        arguments("a text of less than nothing", whole(with(body, 8, -1))),
        arguments("two billion variables", whole(with(body, 18, Integer.MAX_VALUE))));
  }

  private static byte[] whole(byte[] body) {
    byte[] head = RawLauncher.head(RawLauncher.VERSION, body.length);
    return ByteBuffer.allocate(head.length + body.length).put(head).put(body).array();
  }

  private static byte[] with(byte[] body, int offset, int number) {
    return ByteBuffer.allocate(body.length).put(body).putInt(offset, number).array();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void noCalls(String what, byte[] bytes) {
    assertEquals(Optional.of('D'), connect().send(bytes).answer());
  }

  /** The kernel closes them: the agent asks for none. */
  @Test
  void descriptorsAreNoHarm() {
    long before = descriptors();
    for (int i = 0; i < 20; i++) {
      RawLauncher launcher = connect().pass(Path.of("/proc/self"), 250);
      launcher.pass(Path.of("/proc/self"), 250).sendCall("bridge", VERSION_CALL, "{}").answer();
      launcher.close();
      open.remove(launcher);
    }
    assertTrue(descriptors() < before + 20, () -> before + " descriptors, now " + descriptors());
  }

  private static long descriptors() {
    return agent().descriptors().size();
  }

  @Test
  void launchersThatEndInTheMidst() {
    byte[] call = whole(RawLauncher.body("bridge", VERSION_CALL, "{\"cniVersion\":\"1.0.0\"}"));
    for (int i = 0; i < 2_000; i++) {
      try (RawLauncher launcher = RawLauncher.connect(agent().socket())) {
        if (i % 3 > 0) {
          launcher.send(Arrays.copyOf(call, random.nextInt(call.length + 1)));
        } else if (i % 2 > 0) {
          launcher.pass(Path.of("/proc/self"), 1);
        }
      }
    }
  }

  /** All in one test, for the agent is patient: it waits 8 seconds for the rest of a call. */
  @Test
  void whoeverDoesNotBringACallIsSentItsOtherWay() throws Exception {
    List<Callable<Optional<Character>>> launchers = new ArrayList<>();
    for (int number : new int[] {0, 1, 2, 11, 12, 4096, 1 << 20, 8 << 20}) {
      byte[] garbage = new byte[number];
      random.nextBytes(garbage);
      RawLauncher launcher = connect();
      launchers.add(() -> launcher.send(garbage).answer());
    }
    RawLauncher descriptor = connect().pass(Path.of("/proc/self"), 1);
    launchers.add(descriptor::answer);
    RawLauncher onlyHead = connect().send(RawLauncher.head(RawLauncher.VERSION, 100));
    launchers.add(onlyHead::answer);
    for (Optional<Character> answer : allAtOnce(launchers)) {
      assertEquals(Optional.of('D'), answer);
    }
  }

  @Test
  void floods() throws Exception {
    byte[] garbage = new byte[8 << 20];
    random.nextBytes(garbage);
    byte[] call = whole(RawLauncher.body("bridge", VERSION_CALL, "{}"));
    System.arraycopy(call, 0, garbage, 0, call.length);
    List<Callable<RawLauncher>> floods = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      RawLauncher launcher = connect();
      floods.add(() -> launcher.send(garbage));
    }
    allAtOnce(floods);
  }

  @Test
  void manyLargeCallsThatNeverEnd() {
    byte[] most = new byte[LARGE - 1];
    for (int i = 0; i < 600; i++) {
      connect().send(RawLauncher.head(RawLauncher.VERSION, LARGE)).send(most);
    }
    SharedAgent.Running running = AGENT.get();
    try (Node node = running.createNode()) {
      Command.Outcome outcome = loopback(node).pod(node.addPod()).run("ADD");
      JsonNode answer = PluginCall.json(outcome.stdout());
      assertTrue(outcome.exitCode() == 0 || answer.path("code").asInt() == 11, outcome::toString);
    }
  }

  /** Each takes far more memory than it is long, when it is understood. */
  @ParameterizedTest
  @ValueSource(strings = {"[", "{\"a\":", "[],", "\"a\":1,", "\\u0000"})
  void manyLargeConfigurationsAtOnce(String repeated) throws Exception {
    String config =
        "{\"cniVersion\":\"1.0.0\",\"a\":[" + repeated.repeat(LARGE / repeated.length());
    Map<String, String> environment =
        Map.of("CNI_COMMAND", "DEL", "CNI_CONTAINERID", "one", "CNI_IFNAME", "eth0");
    List<Callable<Optional<Character>>> calls = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      RawLauncher launcher = connect();
      calls.add(() -> launcher.sendCall("bridge", environment, config).answer());
    }
    for (Optional<Character> answer : allAtOnce(calls)) {
      assertTrue(answer.isPresent() && "RD".indexOf(answer.get()) >= 0, () -> "" + answer);
    }
  }

  private static <R> List<R> allAtOnce(List<Callable<R>> work) throws Exception {
    List<R> results = new ArrayList<>();
    try (var threads = Executors.newFixedThreadPool(work.size())) {
      for (Future<R> done : threads.invokeAll(work)) {
        results.add(done.get());
      }
    }
    return results;
  }

  @Test
  void manyIdleConnections() {
    String self = Long.toString(ProcessHandle.current().pid());
    Command.run("prlimit", "--nofile=" + 2 * IDLE + ":" + 2 * IDLE, "--pid", self).succeeded();
    for (int i = 0; i < IDLE; i++) {
      connect();
      if (i % 2 == 0) {
        open.getLast().pass(Path.of("/proc/self"), 1);
      }
    }
    aPodIsServed();
  }

  @Test
  void launchersThatNeverReadTheirAnswers() {
    for (int i = 0; i < 1_000; i++) {
      connect().sendCall("bridge", VERSION_CALL, "{\"cniVersion\":\"1.0.0\"}");
    }
    aPodIsServed();
  }
}

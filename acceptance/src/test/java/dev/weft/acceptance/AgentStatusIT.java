package dev.weft.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What an agent tells of itself: to people, to scripts, to Prometheus and in its log. */
class AgentStatusIT extends OnNode {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @Test
  void saysHowFarItIs() {
    try (AgentProcess agent = AgentProcess.launch()) {
      Await.until(
          LIMIT,
          () -> !health(agent).isEmpty(),
          () -> "the agent tells nothing after " + LIMIT + ": " + agent.log());
      assertTrue(health(agent).endsWith("\r\n\r\nstarting\n"), "told before the warm-up");
      Command.Outcome early = status(agent);
      assertTrue(
          early.equals(notServing(early, "starting")) || health(agent).endsWith("ready\n"),
          early::toString);

      agent.awaitReady();
      Command.Outcome ready = status(agent).succeeded();
      assertEquals("", ready.stderr());
      assertTrue(ready.stdout().startsWith("state        ready\nup since     20"), ready::toString);
      assertTrue(
          ready.stdout().contains("process      " + agent.pid() + ", Weft "), ready::toString);
      assertTrue(ready.stdout().endsWith("operations   none yet\n"), ready::toString);
      assertTrue(health(agent).startsWith("HTTP/1.1 200 OK\r\n"));

      assertEquals(0, agent.terminate(), agent::log);
      assertNotRunning(agent, "there is no");
    }
  }

  @Test
  void tellsOfTheCallsThatItServes() throws IOException {
    Path metrics = node.data().resolve("metrics.sock");
    try (AgentProcess agent =
        AgentProcess.start("--metrics", metrics.toString(), "--log-level", "debug")) {
      PluginCall one = PluginCall.bridged(node, "one").by(agent).pod(node.addPod());
      PluginCall two = PluginCall.bridged(node, "two").by(agent).pod(node.addPod());
      one.add();
      two.add();
      one.fails("ADD");
      one.succeeds("DEL");

      JsonNode status = PluginCall.json(status(agent, "-o", "json").succeeded().stdout());
      assertEquals("ready", status.path("state").asText());
      assertEquals(agent.pid(), status.path("pid").asLong());
      assertEquals(List.of("bridge ADD", "bridge DEL"), operations(status));
      JsonNode add = status.at("/operations/0");
      assertEquals(3, add.path("number").asInt());
      assertEquals(1, add.path("failed").asInt());
      assertEquals("{\"4\":1}", add.path("errors").toString());
      assertTrue(add.at("/seconds/p50").asDouble() > 0, add::toString);
      assertTrue(
          add.at("/seconds/max").asDouble() >= add.at("/waitedSeconds/max").asDouble(),
          add::toString);
      JsonNode process = status.path("process");
      assertTrue(process.path("residentBytes").asLong() > 10_000_000, process::toString);
      assertTrue(process.path("descriptors").asInt() > 10, process::toString);
      assertTrue(process.path("threads").asInt() > 1, process::toString);

      String text = status(agent).succeeded().stdout();
      assertTrue(text.contains("\nbridge       ADD             3        1 "), text);
      assertTrue(text.contains(" 1 of code 4\n"), text);

      String page = get(UnixDomainSocketAddress.of(metrics), "/metrics");
      String kind = "{plugin=\"bridge\",verb=\"ADD\"";
      assertHasLine("weft_agent_ready 1", page);
      assertHasLine("weft_agent_operation_duration_seconds_count" + kind + "} 3", page);
      assertHasLine(
          "weft_agent_operation_duration_seconds_bucket" + kind + ",le=\"+Inf\"} 3", page);
      assertHasLine("weft_agent_operations_failed_total" + kind + ",code=\"4\"} 1", page);

      List<String> lines = logged(agent, "level=debug msg=\"call ");
      assertEquals(4, lines.size(), agent::log);
      assertTrue(
          lines
              .getFirst()
              .matches(
                  "time=\\S+Z level=debug msg=\"call served\" plugin=bridge verb=ADD container=one"
                      + " ifname=eth0 network=net ms=[0-9.]+ queue_ms=[0-9.]+ exit=0"),
          lines.getFirst());
      assertTrue(lines.get(2).contains(" exit=1 code=4 error=\"CNI_IFNAME is eth0"), lines.get(2));
    }
    assertFalse(Files.exists(metrics.resolveSibling("metrics.sock.new")));
  }

  @Test
  void tellsOfDelsThatItOwes() throws IOException {
    Path metrics = node.data().resolve("metrics.sock");
    try (AgentProcess agent = AgentProcess.startOn(node, "--metrics", metrics.toString())) {
      assertOwesNothing(agent, metrics);
      PluginCall call = PluginCall.bridged(node, "one").by(agent).pod(node.addPod());
      Instant before = Instant.now().truncatedTo(ChronoUnit.MILLIS);
      call.runBesideAgent("ADD").succeeded();
      node.breakLeases("net");
      call.runBesideAgent("DEL").succeeded();

      JsonNode owed = agent.status().path("pendingDeletes");
      assertEquals(1, owed.path("number").asInt(), owed::toString);
      JsonNode delete = owed.at("/oldest/0");
      assertEquals("bridge", delete.path("plugin").asText());
      assertEquals("net", delete.path("network").asText());
      assertEquals("one", delete.path("containerID").asText());
      assertEquals("eth0", delete.path("ifname").asText());
      assertEquals(1, delete.path("attempts").asInt(), owed::toString);
      assertFalse(Instant.parse(delete.path("since").asText()).isBefore(before), owed::toString);
      String why = delete.path("error").asText();
      assertTrue(why.contains(node.data().resolve("net").toString()), owed::toString);
      String text = status(agent).succeeded().stdout();
      assertTrue(
          text.contains(
              "\nDELs owed    1\n  container one eth0, network net, by bridge: since "
                  + delete.path("since").asText().substring(0, 19)),
          text);
      assertTrue(text.contains(", failed once: " + why + "\n"), text);
      assertHasLine("weft_pending_deletes 1", get(UnixDomainSocketAddress.of(metrics), "/metrics"));

      node.mendLeases("net");
      Await.until(
          LIMIT,
          () -> agent.status().at("/pendingDeletes/number").asInt() == 0,
          () -> "still owed: " + agent.status() + agent.log());
      assertOwesNothing(agent, metrics);
      assertEquals(List.of(), node.leases("net"));
    }
  }

  @Test
  void isQuietUnlessAsked() {
    try (AgentProcess agent = AgentProcess.start()) {
      PluginCall call = PluginCall.bridged(node, "one").by(agent).pod(node.addPod());
      call.add();
      call.fails("ADD");
      assertEquals(0, agent.terminate(), agent::log);
      List<String> lines = agent.log().lines().toList();
      assertEquals(3, lines.size(), agent::log);
      assertTrue(lines.get(0).contains(" level=info msg=\"serving calls\" socket="), agent::log);
      assertTrue(lines.get(1).contains(" msg=\"ending with the calls that are here\""), agent::log);
      assertTrue(lines.get(2).contains(" msg=\"ended\""), agent::log);
    }
  }

  @Test
  void aPortOfThisMachineServesMetricsToAnybody() {
    try (AgentProcess agent = AgentProcess.start("--metrics", "127.0.0.1:0")) {
      String line = logged(agent, "msg=\"telling metrics\" address=127.0.0.1:").getFirst();
      int port = Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
      SocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      assertHasLine("weft_agent_ready 1", get(address, "/metrics"));
      assertTrue(get(address, "/healthz").endsWith("ready\n"));
      assertTrue(get(address, "/status").startsWith("HTTP/1.1 404 "));
    }
  }

  @Test
  void anAgentThatEndsSaysSo() throws IOException {
    Path let = node.data().resolve("let");
    try (AgentProcess agent = AgentProcess.start()) {
      Process call =
          PluginCall.bridged(node, "one")
              .by(agent)
              .pod(node.addPod())
              .with("CNI_PATH", Executables.UNDER_TEST + ":" + waitsFor(let))
              .set("ipam", "{\"type\":\"waits\"}")
              .start("ADD");
      try {
        Await.until(
            LIMIT,
            () -> status(agent, "-o", "json").stdout().contains("\"working\": 1,"),
            () -> "the call does not begin: " + status(agent));
        agent.signal("TERM");
        Await.until(
            LIMIT,
            () -> health(agent).endsWith("draining\n"),
            () -> "it does not end: " + agent.log());
        Command.Outcome ending = status(agent);
        assertEquals(notServing(ending, "draining"), ending);
        Files.createFile(let);
        assertEquals(0, agent.awaitEnd(), agent::log);
      } finally {
        call.destroyForcibly();
      }
    }
  }

  @Test
  void whatDoesNotAnswerIsNotRunningOrHangs() {
    try (AgentProcess agent = AgentProcess.start()) {
      agent.signal("STOP");
      Command.Outcome outcome = status(agent);
      assertEquals(
          new Command.Outcome(
              1, "", "weft: the agent does not answer at " + socket(agent) + " within 5 s\n"),
          outcome);
      agent.kill();
      assertNotRunning(agent, "nobody listens at");
      agent.restart();
      status(agent).succeeded();
    }
  }

  @Test
  void othersThanRootAreTurnedAwayWithASentence() throws IOException {
    try (AgentProcess agent = AgentProcess.start()) {
      assertEquals(
          "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket(agent))));
      List<String> asNobody =
          List.of("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups");
      List<String> command = new ArrayList<>(asNobody);
      command.addAll(statusCommand(agent));
      assumeTrue(
          runs(asNobody, Executables.plugin("weft").toString(), "--version"),
          "skipped: needs executables that every user may run");
      Command.Outcome outcome = Command.run(command, Map.of(), new byte[0]);
      assertEquals(
          new Command.Outcome(
              1,
              "",
              "weft: the agent cannot be asked by this user: "
                  + socket(agent)
                  + " is for its owner only\n"),
          outcome);
    }
  }

  @Test
  void anAgentThatCannotTellDoesNotStart() throws IOException {
    Path file = Files.writeString(node.data().resolve("file"), "precious");
    try (AgentProcess agent = AgentProcess.launch("--metrics", file.toString())) {
      assertEquals(1, agent.awaitEnd(), agent::log);
      assertEquals(
          "weft: the agent cannot start: "
              + file
              + " should be free for a socket, but there is something else\n",
          agent.log());
      assertEquals("precious", Files.readString(file));
    }
  }

  private static Path socket(AgentProcess agent) {
    return agent.directory().resolve("status.sock");
  }

  private static List<String> statusCommand(AgentProcess agent, String... options) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Executables.plugin("weft").toString(),
                "agent",
                "status",
                "--socket",
                agent.socket().toString()));
    command.addAll(List.of(options));
    return command;
  }

  private static Command.Outcome status(AgentProcess agent, String... options) {
    return Command.run(statusCommand(agent, options), Map.of(), new byte[0]);
  }

  private static boolean runs(List<String> prefix, String... command) {
    List<String> whole = new ArrayList<>(prefix);
    whole.addAll(List.of(command));
    return Command.run(whole, Map.of(), new byte[0]).exitCode() == 0;
  }

  /** How an outcome should be of an agent in this state, whatever figures it had. */
  private static Command.Outcome notServing(Command.Outcome outcome, String state) {
    assertNotEquals("", outcome.stdout());
    return new Command.Outcome(
        1, outcome.stdout(), "weft: the agent serves no calls: it is " + state + "\n");
  }

  private static void assertNotRunning(AgentProcess agent, String why) {
    assertEquals(
        new Command.Outcome(
            1, "", "weft: the agent is not running: " + why + " " + socket(agent) + "\n"),
        status(agent));
  }

  private static void assertOwesNothing(AgentProcess agent, Path metrics) {
    assertEquals("{\"number\":0,\"oldest\":[]}", agent.status().path("pendingDeletes").toString());
    String text = status(agent).succeeded().stdout();
    assertTrue(text.contains("\nDELs owed    none\n"), text);
    assertHasLine("weft_pending_deletes 0", get(UnixDomainSocketAddress.of(metrics), "/metrics"));
  }

  private static List<String> operations(JsonNode status) {
    List<String> operations = new ArrayList<>();
    status
        .path("operations")
        .forEach(
            each ->
                operations.add(each.path("plugin").asText() + " " + each.path("verb").asText()));
    return operations;
  }

  private static List<String> logged(AgentProcess agent, String part) {
    return agent.log().lines().filter(line -> line.contains(part)).toList();
  }

  private static void assertHasLine(String line, String page) {
    assertTrue(page.lines().anyMatch(line::equals), () -> line + " is not in " + page);
  }

  /** The whole answer, or nothing while there is nobody to give one. */
  private static String health(AgentProcess agent) {
    return get(UnixDomainSocketAddress.of(socket(agent)), "/healthz");
  }

  private static String get(SocketAddress address, String page) {
    try (SocketChannel channel = SocketChannel.open(address)) {
      String request = "GET " + page + " HTTP/1.1\r\nHost: agent\r\n\r\n";
      channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
      return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  /** A directory with an IPAM plugin that answers only when there is a file. */
  private String waitsFor(Path file) {
    try {
      Path directory = Files.createDirectories(node.data().resolve("others"));
      Path program =
          Files.writeString(
              directory.resolve("waits"),
              """
              #!/bin/sh
              for i in $(seq 600); do [ -e %s ] && break; sleep 0.1; done
              echo '{"cniVersion":"1.1.0","ips":[{"address":"10.8.0.9/24"}]}'
              """
                  .formatted(file));
      Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
      return directory.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

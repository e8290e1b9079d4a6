package dev.weft.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The benchmark measures both sides, and leaves nothing; what it measures is no matter here. */
class BenchIT {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /** With a short name: a path of a socket has 107 bytes at most. */
  private final Path work =
      Path.of(System.getProperty("java.io.tmpdir"), "b" + ProcessHandle.current().pid());

  private Set<String> before = Set.of();

  @BeforeEach
  void lookAround() throws IOException {
    assumeTrue(
        "root".equals(System.getProperty("user.name")), "skipped: needs root for namespaces");
    assumeTrue(
        Files.isExecutable(weft()), "skipped: the executables under test are not Weft's own");
    before = links();
    Files.createDirectory(work);
  }

  /**
   * Nothing is left on disk, on the machine's network or as a process; and without a process or a
   * name, there is no namespace either.
   */
  @AfterEach
  void nothingIsLeft() throws IOException {
    if (!Files.exists(work)) {
      return; // skipped
    }
    try (Stream<Path> files = Files.list(work)) {
      assertEquals(List.of(), files.toList());
      assertEquals(List.of(), processesOfBenchmarks());
      assertEquals(List.of(), inMemory());
      assertEquals(before, links());
    } finally {
      delete(work);
    }
  }

  private static Path weft() {
    return Executables.plugin("weft");
  }

  private List<String> command(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                weft().toString(),
                "bench",
                "cni",
                "--peer-bin-dir=" + Executables.peers(),
                "--work-dir=" + work));
    command.addAll(List.of(arguments));
    return command;
  }

  private String bench(String... arguments) {
    return Command.run(command(arguments), Map.of(), new byte[0]).succeeded().stdout();
  }

  @Test
  void machinesGetAllFiguresOfBothSides() {
    JsonNode report =
        PluginCall.json(bench("--rounds=1", "--parallel=1,3", "--leases=0,20", "-o", "json"));
    assertEquals("own", report.at("/weft/agent/kind").asText(), report.toString());
    assertTrue(report.at("/weft/agent/ready_after_ms").asDouble() > 0);
    assertTrue(report.at("/weft/agent/resident_at_end_bytes").asLong() > 1 << 20);
    List<String> workloads = new ArrayList<>();
    for (JsonNode workload : report.path("workloads")) {
      String name = workload.path("case").asText() + workload.path("leases_held").asText();
      workloads.add(name);
      List<String> measured = new ArrayList<>();
      for (JsonNode measurement : workload.path("measurements")) {
        measured.add(
            measurement.path("verb").asText() + " " + measurement.path("at_once").asText());
        for (String side : List.of("weft", "peer")) {
          assertComplete(name, measurement, side);
        }
        assertTrue(measurement.at("/weft/agent_cpu_per_call_ms").asDouble() > 0, name);
        assertEquals(0, measurement.at("/peer/agent_cpu_per_call_ms").asDouble(), name);
        for (String figure : List.of("wall_median", "wall_p99", "per_second", "cpu")) {
          assertTrue(measurement.at("/ratio/" + figure).asDouble() > 0, name + " " + figure);
        }
      }
      assertEquals(List.of("ADD 1", "DEL 1", "ADD 3", "DEL 3"), measured, name);
    }
    assertEquals(
        List.of(
            "bridge0",
            "masq-nft0",
            "masq-iptables0",
            "dual-stack0",
            "loopback0",
            "host-local0",
            "host-local20"),
        workloads);
    JsonNode rules = report.at("/workloads/1/weft/rules_in");
    assertEquals("nftables", rules.asText());
    assertEquals("iptables", report.at("/workloads/2/weft/rules_in").asText());
  }

  private static void assertComplete(String workload, JsonNode measurement, String side) {
    JsonNode score = measurement.path(side);
    int calls = measurement.path("at_once").asInt() == 1 ? 10 : 12;
    assertEquals(calls, score.path("calls").asInt(), workload + " of " + side + ": " + score);
    assertEquals(0, score.path("failed").asInt(), workload + " of " + side + ": " + score);
    for (String figure : List.of("/wall_ms", "/plugin_cpu_ms")) {
      for (String key : List.of("mean", "min", "p10", "median", "p90", "p99", "max")) {
        assertTrue(score.at(figure + "/" + key).asDouble() > 0, workload + figure + "/" + key);
      }
    }
    assertTrue(score.at("/cpu_per_call_ms").asDouble() > 0, workload);
    assertTrue(score.at("/per_second/median").asDouble() > 0, workload);
  }

  @Test
  void peopleGetATableForEachCase() {
    String text = bench("--no-agent", "--rounds=1", "--parallel=2", "--cases=loopback,bridge");
    assertTrue(text.contains("without an agent"), text);
    assertTrue(text.contains("\nloopback: lo of the pod up and down\n"), text);
    assertTrue(text.contains("\nbridge: one IPv4 address, isGateway\n"), text);
    assertTrue(text.contains("\nratio, weft / peer"), text);
    text.lines().forEach(line -> assertTrue(line.length() <= 120, line));
  }

  @Test
  void proxiesServeWhatTheyAreMeasuredBy() {
    String text =
        Command.run(
                List.of(
                    weft().toString(),
                    "bench",
                    "services",
                    "--services=30",
                    "--proxies=weft-nftables,weft-iptables",
                    "--changes=2",
                    "--patience=60",
                    "--work-dir=" + work),
                Map.of(),
                new byte[0])
            .succeeded()
            .stdout();
    List<String> table = text.lines().dropWhile(line -> !line.contains("peak memory")).toList();
    assertEquals(3, table.size(), text);
    for (String proxy : table.subList(1, 3)) {
      assertTrue(
          proxy.matches("weft-(nf|ip)tables +30 +[0-9.]+ m?s( +[0-9.]+ m?s){3} +[0-9]+ MiB"), text);
    }
  }

  @Test
  void anAgentThatRunsAlreadyServesAndGoesOn() throws InterruptedException {
    Path socket = work.resolve("agent/agent.sock");
    Process agent =
        Command.start(
            List.of(weft().toString(), "agent", "--socket", socket.toString()),
            Map.of(),
            new byte[0]);
    try {
      Await.until(PATIENCE, () -> Files.exists(socket), () -> "the agent does not get ready");
      JsonNode report =
          PluginCall.json(
              bench(
                  "--agent=" + socket,
                  "--rounds=1",
                  "--parallel=1",
                  "--cases=loopback",
                  "-o",
                  "json"));
      assertEquals(socket.toString(), report.at("/weft/agent/socket").asText());
      JsonNode score = report.at("/workloads/0/measurements/0/weft");
      assertEquals(0, score.path("failed").asInt(), score.toString());
      assertTrue(score.path("agent_cpu_per_call_ms").asDouble() > 0, score.toString());
      assertTrue(agent.isAlive());
    } finally {
      agent.destroy();
      agent.waitFor();
      delete(work.resolve("agent"));
    }
  }

  @Test
  void whenItIsToldToEndAsItBeginsItLeavesNothingEither() throws InterruptedException {
    Process bench = Command.start(command("--cases=masq-nft"), Map.of(), new byte[0]);
    Await.until(PATIENCE, () -> !agentLogs().isEmpty(), () -> "no agent is started");
    end(bench);
  }

  @Test
  void whenItIsToldToEndAmongCallsItLeavesNothingEither() throws InterruptedException {
    Process bench = Command.start(command("--cases=masq-nft"), Map.of(), new byte[0]);
    Await.until(PATIENCE, this::isAnAgentReady, () -> "no agent is ready");
    Thread.sleep(Duration.ofSeconds(1));
    end(bench);
  }

  private static void end(Process bench) throws InterruptedException {
    int terminated = 128 + 15;
    bench.destroy();
    assertEquals(terminated, bench.waitFor());
  }

  /** What agents say that were started for benchmarks. */
  private List<Path> agentLogs() {
    try (Stream<Path> benchmarks = Files.list(work)) {
      return benchmarks.map(one -> one.resolve("agent.log")).filter(Files::exists).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean isAnAgentReady() {
    return agentLogs().stream().anyMatch(log -> text(log).contains("serving calls"));
  }

  /** Where benchmarks put what shall not be on a disk. */
  private static List<Path> inMemory() throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path directory : List.of(Path.of("/run"), Path.of("/dev/shm"))) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "weft-bench-*")) {
        files.forEach(found::add);
      }
    }
    return found;
  }

  /** The links of the machine's own network. */
  private static Set<String> links() {
    Set<String> links = new TreeSet<>();
    Command.run("ip", "-brief", "link").succeeded().stdout().lines().forEach(links::add);
    return links;
  }

  /** The processes whose arguments or variables name something in a benchmark's directory. */
  private static List<String> processesOfBenchmarks() {
    List<String> found = new ArrayList<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        String names = text(process.resolve("environ")) + text(process.resolve("cmdline"));
        if (names.contains("/weft-bench-")) {
          found.add(text(process.resolve("cmdline")).replace('\0', ' '));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  private static String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return ""; // the process has ended
    }
  }

  private static void delete(Path directory) {
    Command.run("rm", "-rf", directory.toString()).succeeded();
  }
}

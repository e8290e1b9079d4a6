package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.json.JsonText;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The options of {@code weft agent}, and what its status reads like. */
class AgentCommandTest {
  private static final String PAGE =
      """
      {"state": "ready", "version": "0.1.0", "pid": 4711, "upSince": "2026-11-24T20:12:17.250Z",
       "calls": {"connections": 3, "waiting": 1, "working": 2,
                 "declined": 5, "refused": 1, "abandoned": 0},
       "operations": [
        {"plugin": "bridge", "verb": "ADD", "number": 30, "failed": 3, "errors": {"11": 1, "100": 2},
         "seconds": {"p50": 0.001234, "p90": 0.012345, "p99": 0.123456, "max": 12.3, "sum": 40.0},
         "waitedSeconds": {"p50": 0.000010, "p90": 0.000020, "p99": 0.000030, "max": 0.1, "sum": 1}},
        {"plugin": "host-local", "verb": "DEL", "number": 1, "failed": 0, "errors": {},
         "seconds": {"p50": 0.000100, "p90": 0.000100, "p99": 0.000100, "max": 0.0001, "sum": 0.0001},
         "waitedSeconds": {"p50": 0.0, "p90": 0.0, "p99": 0.0, "max": 0.0, "sum": 0.0}}],
       "pendingDeletes": {"number": 2, "oldest": [
        {"plugin": "bridge", "network": "kubenet", "containerID": "4f2a", "ifname": "eth0",
         "since": "2026-11-25T22:40:00Z", "attempts": 3, "error": "the disk\\nis \\u001b[1mfull"},
        {"plugin": "loopback", "network": "lo", "containerID": "77b0", "ifname": "lo",
         "since": "2026-11-25T22:42:00.250Z", "attempts": 0, "error": ""}]},
       "process": {"residentBytes": 80000000, "heapBytes": 7000000, "heapLimitBytes": 50331648,
                   "descriptors": 42, "threads": 24, "cpuSeconds": 2.925112}}
      """;

  @TempDir Path directory;

  @Test
  void statusReadsLikeThis() {
    assertEquals(
        """
        state        ready
        up since     2026-11-24T20:12:17Z (1 d 2 h)
        process      4711, Weft 0.1.0
        calls now    2 worked on, 1 waiting, 3 connections
        not served   5 sent the standalone way, 1 refused for overload, 0 whose caller had gone
        DELs owed    2
          container 4f2a eth0, network kubenet, by bridge: since 2026-11-25T22:40:00Z (2 min), failed 3 times: the disk is  [1mfull
          container 77b0 lo, network lo, by loopback: since 2026-11-25T22:42:00Z (16 s), not tried yet
        memory       76 MB, heap 6 of 48 MB
        in use       42 descriptors, 24 threads, 2.93 s of CPU time

        plugin       verb       number   failed   p50 ms   p90 ms   p99 ms   max ms p99 queue  errors
        bridge       ADD            30        3     1.23     12.3      123    12300      0.03  1 of code 11, 2 of code 100
        host-local   DEL             1        0      0.1      0.1      0.1      0.1         0
        """,
        status(PAGE, "2026-11-25T22:42:17Z").whole());
    assertTrue(status(PAGE, "2026-11-25T22:42:17Z").isReady());
  }

  @Test
  void agesAreToldInTheirLargestUnits() {
    assertUp("0 s", "2026-11-24T20:12:16Z");
    assertUp("59 s", "2026-11-24T20:13:17Z");
    assertUp("1 min", "2026-11-24T20:13:18Z");
    assertUp("3 h 2 min", "2026-11-24T23:14:20Z");
    assertUp("10 d 0 h", "2026-12-04T20:13:18Z");
  }

  private static void assertUp(String age, String now) {
    String text = status(PAGE, now).whole();
    assertTrue(text.contains("2026-11-24T20:12:17Z (" + age + ")"), text);
  }

  @Test
  void whatAnotherVersionDoesNotTellIsADash() {
    String text = status("{\"state\": \"draining\", \"calls\": 7}", "2026-11-24T20:12:16Z").whole();
    assertTrue(
        text.startsWith("state        draining\nup since     -\nprocess      -, Weft -\n"), text);
    assertTrue(text.contains("\nDELs owed    -\n"), text);
    assertTrue(text.endsWith("\noperations   none yet\n"), text);
  }

  @Test
  void withoutAnAgentStatusFailsWithASentence() {
    String socket = directory.resolve("agent.sock").toString();
    assertFails(
        1,
        "weft: the agent is not running: there is no " + directory.resolve("status.sock"),
        "agent",
        "status",
        "--socket",
        socket);
  }

  @Test
  void wrongOptionsAreExplained() {
    assertFails(
        2,
        "weft: Invalid value for option '--metrics': '0.0.0.0:9180' should be a"
            + " port of a loopback address, such as 127.0.0.1:9180 or [::1]:9180, or the absolute"
            + " path of a Unix socket; see 'weft agent --help'",
        "agent",
        "--metrics",
        "0.0.0.0:9180");
    assertFails(
        2,
        "weft: Invalid value for option '--log-level': expected one of [ERROR, WARNING, INFO, DEBUG]"
            + " (case-insensitive) but was 'loud'; see 'weft agent --help'",
        "agent",
        "--log-level",
        "loud");
    assertFails(
        2,
        "weft: Invalid value for option '--output': expected one of [text, json] (case-insensitive)"
            + " but was 'xml'; see 'weft agent status --help'",
        "agent",
        "status",
        "-o",
        "xml");
  }

  private static void assertFails(int exitCode, String sentence, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = Weft.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    assertEquals(sentence + "\n", err.toString());
    assertEquals("", out.toString());
    assertEquals(exitCode, code);
  }

  private static StatusText status(String page, String now) {
    return new StatusText(
        JsonText.readObject(page.getBytes(StandardCharsets.UTF_8), "the page"), Instant.parse(now));
  }
}

package dev.weft.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.json.Json;
import dev.weft.json.JsonText;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The page for {@code weft agent status} and for scripts: a change here is one that they see. */
class StatusJsonTest {
  @Test
  void everythingIsTold() {
    String expected =
        """
        {"state": "ready", "version": "1.2 \\"x\\\\y\\"", "pid": 4711,
         "upSince": "2026-11-24T20:12:17.250Z",
         "calls": {"connections": 3, "waiting": 1, "working": 2,
                   "declined": 5, "refused": 1, "abandoned": 1},
         "operations": [
          {"plugin": "bridge", "verb": "ADD", "number": 3, "failed": 1, "errors": {"100": 1},
           "seconds": {"p50": 0.002000, "p90": 0.002000, "p99": 0.002000, "max": 0.002000,
                       "sum": 0.006000},
           "waitedSeconds": {"p50": 0.001000, "p90": 0.001000, "p99": 0.001000, "max": 0.001000,
                             "sum": 0.003000}},
          {"plugin": "host-local", "verb": "DEL", "number": 1, "failed": 1, "errors": {"5": 1},
           "seconds": {"p50": 0.002000, "p90": 0.002000, "p99": 0.002000, "max": 0.002000,
                       "sum": 0.002000},
           "waitedSeconds": {"p50": 0.001000, "p90": 0.001000, "p99": 0.001000, "max": 0.001000,
                             "sum": 0.001000}}],
         "pendingDeletes": {"number": 12, "oldest": [
          {"plugin": "bridge", "network": "net", "containerID": "c1", "ifname": "eth0",
           "since": "2026-11-24T20:13:00Z", "attempts": 3, "error": "the disk is full"}]},
         "process": {"residentBytes": 80000000, "heapBytes": 7000000, "heapLimitBytes": 50000000,
                     "descriptors": 42, "threads": 24, "cpuSeconds": 1.500000}}
        """;
    assertEquals(
        JsonText.write(json(expected)),
        JsonText.write(json(StatusJson.write(AgentStatuses.busy()))));
  }

  private static Json json(String text) {
    return JsonText.read(text.getBytes(StandardCharsets.UTF_8), "the page");
  }
}

package dev.weft.agent;

import dev.weft.cni.Attachment;
import dev.weft.cni.ErrorCode;
import dev.weft.pending.OwedDeletes;
import java.time.Instant;
import java.util.List;

/** An agent that tells something of everything. */
final class AgentStatuses {
  private AgentStatuses() {}

  static AgentStatus busy() {
    CallStatistics statistics = new CallStatistics();
    statistics.served(ServedCalls.good("bridge", "ADD"));
    statistics.served(ServedCalls.good("bridge", "ADD"));
    statistics.served(ServedCalls.failed("bridge", "ADD", ErrorCode.ADDRESS_UNAVAILABLE, "full"));
    statistics.served(ServedCalls.failed("host-local", "DEL", ErrorCode.IO_FAILURE, "disk"));
    for (int i = 0; i < 5; i++) {
      statistics.declined();
    }
    statistics.refused();
    statistics.abandoned();
    return new AgentStatus(
        Life.Phase.READY,
        "1.2 \"x\\y\"",
        4711,
        Instant.parse("2026-11-24T20:12:17.250Z"),
        3,
        new CallQueue.Load(2, 1),
        statistics.snapshot(),
        new OwedDeletes(
            12,
            List.of(
                new OwedDeletes.Delete(
                    "bridge",
                    "net",
                    new Attachment("c1", "eth0"),
                    Instant.parse("2026-11-24T20:13:00Z"),
                    3,
                    "the disk is full"))),
        new ProcessUsage(80_000_000, 7_000_000, 50_000_000, 42, 24, 1_500_000_000));
  }
}

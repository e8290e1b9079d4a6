package dev.weft.agent;

import dev.weft.pending.OwedDeletes;
import java.time.Instant;

/**
 * All that an agent tells of itself, at one moment.
 *
 * @param connections of launchers
 */
record AgentStatus(
    Life.Phase phase,
    String version,
    long pid,
    Instant began,
    int connections,
    CallQueue.Load load,
    CallStatistics.Snapshot calls,
    OwedDeletes owed,
    ProcessUsage process) {}

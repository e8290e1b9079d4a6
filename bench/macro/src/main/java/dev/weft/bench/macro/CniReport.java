package dev.weft.bench.macro;

import java.time.Duration;
import java.util.List;

/**
 * A benchmark that is done.
 *
 * @param took all of it
 * @param agentResidentBytes what the agent has of memory at the end; 0 without one
 */
public record CniReport(
    Circumstances circumstances,
    List<WorkloadResult> results,
    Duration took,
    long agentResidentBytes) {}

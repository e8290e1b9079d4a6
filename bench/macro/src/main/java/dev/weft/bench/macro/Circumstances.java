package dev.weft.bench.macro;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What is measured, where and when.
 *
 * @param about what each side's first executable says of itself
 * @param agentReadyAfter how long the agent took to start, if it was started for this
 * @param agentResidentBytes what it has of memory before the first call; 0 without an agent
 * @param fileSystem of the leases
 */
public record Circumstances(
    CniSettings settings,
    Instant begun,
    Machine machine,
    Map<Side, String> about,
    Optional<Duration> agentReadyAfter,
    long agentResidentBytes,
    String fileSystem) {}

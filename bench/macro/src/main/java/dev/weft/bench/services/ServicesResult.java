package dev.weft.bench.services;

import dev.weft.bench.macro.Distribution;
import java.util.Optional;

/**
 * What one proxy took.
 *
 * @param firstSeconds from its start to the packet that the last Service served; nothing if it did
 *     not come in time
 * @param changeSeconds from the event to the packet that a new endpoint served
 * @param cpuPerChange seconds, its children's too
 * @param peakBytes the most memory of its own, and of its largest child
 * @param note why something is missing, or the empty text
 */
public record ServicesResult(
    ProxyKind kind,
    int services,
    Optional<Double> firstSeconds,
    Distribution changeSeconds,
    double cpuPerChange,
    long peakBytes,
    String note) {}

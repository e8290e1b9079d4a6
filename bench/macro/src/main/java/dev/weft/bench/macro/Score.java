package dev.weft.bench.macro;

import java.util.Optional;

/**
 * What calls of one kind took.
 *
 * @param calls how many there were
 * @param failed how many of them failed; the times are of the others
 * @param firstError what the first that failed said
 * @param wallMillis of each call
 * @param pluginCpuMillis of each call's process and its children
 * @param agentCpuMillis of the agent and its children, per call
 * @param harnessCpuMillis of the process that made the calls, per call; no part of what they cost
 * @param perSecond calls that succeeded per second, of each block
 */
record Score(
    int calls,
    int failed,
    Optional<String> firstError,
    Distribution wallMillis,
    Distribution pluginCpuMillis,
    double agentCpuMillis,
    double harnessCpuMillis,
    Distribution perSecond) {

  /** All that a call cost, on average. */
  double cpuMillis() {
    return pluginCpuMillis.mean() + agentCpuMillis;
  }
}

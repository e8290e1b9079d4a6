package dev.weft.bench.macro;

import java.util.List;
import java.util.Map;

/**
 * All that was measured of a workload.
 *
 * @param trials how each side began
 * @param notes sentences on what a reader could not tell from the figures
 */
public record WorkloadResult(
    Workload workload,
    Map<Side, Trial> trials,
    List<Measurement> measurements,
    List<String> notes) {
  public WorkloadResult {
    trials = Side.inOrder(trials);
    measurements = List.copyOf(measurements);
    notes = List.copyOf(notes);
  }
}

package dev.weft.bench.macro;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is measured, and on what.
 *
 * @param ours the directory of our executables
 * @param peers the directory of those that they are compared with
 * @param agent who serves the calls of ours
 * @param cases in this order
 * @param atOnce numbers of calls that run at a time; each is a measurement of its own
 * @param leases how many leases others hold, for host-local alone; each is a workload of its own
 * @param extent how long each measurement goes on
 * @param work an existing directory, in which a temporary one is made for leases
 */
public record CniSettings(
    Path ours,
    Path peers,
    AgentChoice agent,
    List<CniCase> cases,
    List<Integer> atOnce,
    List<Integer> leases,
    Extent extent,
    Path work) {
  /** More would not fit on one bridge, which has 1,023 ports. */
  public static final int MOST_AT_ONCE = 500;

  /** More would not fit into the range, beside the pods that are measured. */
  public static final int MOST_LEASES = 60_000;

  public CniSettings {
    cases = List.copyOf(cases);
    atOnce = List.copyOf(atOnce);
    leases = leases.stream().sorted().distinct().toList();
  }

  List<Workload> workloads() {
    List<Workload> workloads = new ArrayList<>();
    for (CniCase configuration : cases) {
      for (int held : configuration == CniCase.HOST_LOCAL ? leases : List.of(0)) {
        workloads.add(new Workload(configuration, held));
      }
    }
    return workloads;
  }

  /** The names of the executables that are called. */
  Set<String> programs() {
    Set<String> programs = new TreeSet<>();
    cases.forEach(configuration -> programs.addAll(configuration.programs()));
    return programs;
  }
}

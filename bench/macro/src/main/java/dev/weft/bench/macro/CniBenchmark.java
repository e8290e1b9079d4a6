package dev.weft.bench.macro;

import dev.weft.kernel.linux.LinuxKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * CNI plugins of ours and of a peer, called as a runtime calls them: the same configurations, the
 * sides in turn, one call at a time and many at once.
 *
 * <p>Each side has a node and leases of its own; pods are used by both in turn, and are as new for
 * each. All of it is gone when it ends, also when that is early.
 */
public final class CniBenchmark {
  /** Hears of the benchmark while it runs. */
  public interface Listener {
    /** All is prepared, and the first call is to come. */
    void begun(Circumstances circumstances);

    void measured(WorkloadResult result);
  }

  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

  private final CniSettings settings;
  private final Interruption interruption;
  private final Map<Side, Contestant> sides;
  private final PodPool pods;

  private CniBenchmark(
      CniSettings settings, Interruption interruption, Map<Side, Contestant> sides, PodPool pods) {
    this.settings = settings;
    this.interruption = interruption;
    this.sides = sides;
    this.pods = pods;
  }

  /**
   * Runs a benchmark to its end.
   *
   * @throws BenchException if nothing can be measured, or this process was told to end
   */
  public static CniReport run(CniSettings settings, Listener listener) throws InterruptedException {
    try {
      requireWhatItTakes(settings);
      return prepareAndRun(settings, listener);
    } catch (IOException e) {
      throw new BenchException("a file cannot be read or written: " + e, e);
    }
  }

  private static void requireWhatItTakes(CniSettings settings) throws IOException {
    for (String program : settings.programs()) {
      Contestant.requireProgram(settings.peers(), program, "--peer-bin-dir");
      Contestant.requireProgram(settings.ours(), program, "--bin-dir");
    }
    if (settings.agent() instanceof AgentChoice.Own) {
      Contestant.requireProgram(settings.ours(), "weft", "--bin-dir");
    }
    if (!Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
      throw new BenchException("a benchmark makes network namespaces: run it as root");
    }
  }

  private static CniReport prepareAndRun(CniSettings settings, Listener listener)
      throws IOException, InterruptedException {
    LinuxKernel kernel = new LinuxKernel();
    long begun = System.nanoTime();
    try (Interruption interruption = new Interruption();
        WorkDirectory work = WorkDirectory.in(settings.work());
        WorkDirectory runtime = WorkDirectory.inMemoryElse(settings.work());
        Node ours = Node.create(kernel);
        Node peers = Node.create(kernel);
        PodPool pods = new PodPool(kernel);
        AgentProcess agent = agent(settings, ours, work.path(), runtime.path(), interruption)) {
      Map<Side, Contestant> sides = new EnumMap<>(Side.class);
      sides.put(Side.WEFT, Contestant.of(Side.WEFT, settings.ours(), ours, agent, work));
      sides.put(
          Side.PEER, Contestant.of(Side.PEER, settings.peers(), peers, AgentProcess.none(), work));
      Circumstances circumstances = circumstances(settings, sides, work.fileSystem());
      listener.begun(circumstances);
      CniBenchmark benchmark = new CniBenchmark(settings, interruption, sides, pods);
      List<WorkloadResult> results = new ArrayList<>();
      for (Workload workload : settings.workloads()) {
        WorkloadResult result = benchmark.measure(workload);
        results.add(result);
        listener.measured(result);
      }
      return new CniReport(
          circumstances,
          results,
          Duration.ofNanos(System.nanoTime() - begun),
          agent.residentBytes());
    }
  }

  private static AgentProcess agent(
      CniSettings settings, Node node, Path directory, Path runtime, Interruption interruption)
      throws IOException, InterruptedException {
    return switch (settings.agent()) {
      case AgentChoice.Own _ ->
          AgentProcess.start(
              settings.ours().resolve("weft"), node, directory, runtime, interruption);
      case AgentChoice.Running(Path socket) -> AgentProcess.running(socket);
      case AgentChoice.None _ -> AgentProcess.none();
    };
  }

  private static Circumstances circumstances(
      CniSettings settings, Map<Side, Contestant> sides, String fileSystem) throws IOException {
    String program = settings.cases().getFirst().type();
    Map<Side, String> about = new EnumMap<>(Side.class);
    sides.forEach((side, contestant) -> about.put(side, contestant.about(program)));
    AgentProcess agent = contestant(sides, Side.WEFT).agent();
    return new Circumstances(
        settings,
        Instant.now(),
        Machine.here(),
        about,
        agent.readyAfter(),
        agent.residentBytes(),
        fileSystem);
  }

  private static Contestant contestant(Map<Side, Contestant> sides, Side side) {
    return Objects.requireNonNull(sides.get(side));
  }

  private WorkloadResult measure(Workload workload) throws IOException, InterruptedException {
    Map<Side, Trial> trials = new EnumMap<>(Side.class);
    List<String> notes = new ArrayList<>();
    List<Contestant> able = new ArrayList<>();
    for (Contestant contestant : sides.values()) {
      interruption.check();
      contestant.held().growTo(workload.held());
      Trial trial = trial(contestant, workload.configuration());
      trials.put(contestant.side(), trial);
      trial.note(contestant.side(), workload.configuration()).ifPresent(notes::add);
      if (trial.failure().isEmpty()) {
        able.add(contestant);
      }
    }
    List<Measurement> measurements = new ArrayList<>();
    if (!able.isEmpty()) {
      double seconds =
          trials.values().stream()
              .filter(trial -> trial.failure().isEmpty())
              .mapToDouble(Trial::secondsPerCall)
              .max()
              .orElseThrow();
      for (int atOnce : settings.atOnce()) {
        OptionalInt calls = settings.extent().callsPerBlock(atOnce, seconds, PROCESSORS);
        if (calls.isPresent()) {
          measurements.addAll(compare(able, workload.configuration(), atOnce, calls.getAsInt()));
        } else {
          notes.add(leftOut(atOnce, seconds));
        }
      }
    }
    for (Contestant contestant : sides.values()) {
      contestant.node().clean();
    }
    return new WorkloadResult(workload, trials, measurements, notes);
  }

  /** The first calls of a side, of which an agent must have had something to do. */
  private Trial trial(Contestant contestant, CniCase configuration) throws InterruptedException {
    AgentProcess agent = contestant.agent();
    Duration before = agent.cpu();
    Trial trial = Trial.of(contestant, configuration, pods.first(1));
    if (agent.exists() && trial.failure().isEmpty() && agent.cpu().equals(before)) {
      throw new BenchException(
          "the agent at "
              + agent.socket()
              + " serves none of these calls: it should be of the same version as the executables in "
              + contestant.programs());
    }
    return trial;
  }

  private static String leftOut(int atOnce, double secondsPerCall) {
    double block = atOnce * secondsPerCall;
    return String.format(
        Locale.ROOT,
        "%d at once: left out, for one block of the slower side may take %.0f s; measured with"
            + " --seconds %.0f or more, and with --rounds",
        atOnce,
        block,
        Math.ceil(block / Extent.LONGEST_BLOCK));
  }

  private List<Measurement> compare(
      List<Contestant> able, CniCase configuration, int atOnce, int calls)
      throws InterruptedException {
    Map<Side, Tally> adds = new EnumMap<>(Side.class);
    Map<Side, Tally> dels = new EnumMap<>(Side.class);
    for (Contestant contestant : able) {
      adds.put(contestant.side(), new Tally());
      dels.put(contestant.side(), new Tally());
    }
    long begun = System.nanoTime();
    try (Callers callers = new Callers(atOnce)) {
      for (int round = 0; settings.extent().wantsMore(round, System.nanoTime() - begun); round++) {
        for (Side side : Side.inRound(round)) {
          interruption.check();
          Tally add = adds.get(side);
          Tally del = dels.get(side);
          if (add != null && del != null) {
            new Block(contestant(sides, side), configuration, pods.first(calls), callers)
                .run(add, del);
          }
        }
      }
    }
    able.forEach(contestant -> contestant.meter().settle());
    return List.of(
        new Measurement(atOnce, Verb.ADD, calls, scores(adds)),
        new Measurement(atOnce, Verb.DEL, calls, scores(dels)));
  }

  private static Map<Side, Score> scores(Map<Side, Tally> tallies) {
    Map<Side, Score> scores = new EnumMap<>(Side.class);
    tallies.forEach((side, tally) -> scores.put(side, tally.score()));
    return scores;
  }
}

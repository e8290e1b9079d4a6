package dev.weft.cli;

import dev.weft.bench.macro.AgentChoice;
import dev.weft.bench.macro.Circumstances;
import dev.weft.bench.macro.CniBenchmark;
import dev.weft.bench.macro.CniCase;
import dev.weft.bench.macro.CniJson;
import dev.weft.bench.macro.CniReport;
import dev.weft.bench.macro.CniSettings;
import dev.weft.bench.macro.CniText;
import dev.weft.bench.macro.Extent;
import dev.weft.bench.macro.WorkloadResult;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** {@code weft bench cni}. */
@Command(
    name = "cni",
    sortOptions = false,
    description = {
      "Calls CNI plugins as a runtime does, those of a peer and Weft's in turn, and tells what an ADD"
          + " and a DEL take of each: the whole process's wall time and CPU time, the agent's CPU"
          + " time with Weft's.",
      "Needs root. Works in network namespaces of its own, and leaves nothing."
    },
    footer = {
      "",
      "Cases:",
      "  bridge         a pod on a bridge, one IPv4 address, isGateway",
      "  masq-nft       with ipMasq, ipMasqBackend nftables",
      "  masq-iptables  with ipMasq, ipMasqBackend iptables",
      "  dual-stack     an IPv4 and an IPv6 address, isDefaultGateway",
      "  loopback       the pod's lo up and down",
      "  host-local     an address alone, with the leases of --leases held by others"
    })
final class BenchCniCommand extends Subcommand implements Callable<Integer> {
  private static final int MOST_ROUNDS = 1_000_000;

  @Option(
      names = "--peer-bin-dir",
      paramLabel = "DIR",
      required = true,
      description = "Where the executables are that Weft's are compared with.")
  private Path peers = Path.of("");

  @Option(
      names = "--bin-dir",
      paramLabel = "DIR",
      description = "Where Weft's are (default: those of the running distribution).")
  private @Nullable Path ours;

  @ArgGroup private Agent agent = new Agent();

  /** One of both, or neither. */
  private static final class Agent {
    @Option(
        names = "--agent",
        paramLabel = "SOCKET",
        description =
            "The agent that serves Weft's calls (default: one that is started for this, and stopped"
                + " at the end).")
    private @Nullable Path socket;

    @Option(names = "--no-agent", description = "Weft's calls are served by none.")
    private boolean none;
  }

  @Option(
      names = "--cases",
      paramLabel = "CASE",
      split = ",",
      converter = CaseConverter.class,
      description = "What is measured, of the cases below (default: all).")
  private List<CniCase> cases = List.of(CniCase.values());

  @Option(
      names = "--parallel",
      paramLabel = "N",
      split = ",",
      description = "How many calls are made at once (default: 1,2,8,50).")
  private List<Integer> atOnce = List.of(1, 2, 8, 50);

  @Option(
      names = "--leases",
      paramLabel = "N",
      split = ",",
      description = "How many leases others hold, for host-local (default: 0,1000,10000,50000).")
  private List<Integer> leases = List.of(0, 1_000, 10_000, 50_000);

  @ArgGroup private Length length = new Length();

  /** One of both, or neither. */
  private static final class Length {
    @Option(
        names = "--seconds",
        paramLabel = "S",
        description =
            "How long each measurement goes on; what would take far longer is left out, and said"
                + " (default: 3).")
    private double seconds = 3;

    @Option(
        names = "--rounds",
        paramLabel = "N",
        description = "How many rounds it has instead, a block of ten calls or more of each side.")
    private @Nullable Integer rounds;
  }

  @Option(
      names = "--work-dir",
      paramLabel = "DIR",
      description =
          "Where leases are kept meanwhile: on a file system such as /var/lib/cni is on (default:"
              + " ${DEFAULT-VALUE}).")
  private Path work = Path.of("/var/tmp");

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORM",
      description = "text for people, json for machines (default: ${DEFAULT-VALUE}).")
  private OutputForm form = OutputForm.text;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = out();
    CniReport report = CniBenchmark.run(settings(), new Printer(out, form));
    out.print(
        form == OutputForm.json
            ? IndentedJson.write(CniJson.of(report)) + "\n"
            : CniText.summary(report));
    out.flush();
    return 0;
  }

  private CniSettings settings() {
    requireAll(atOnce, 1, CniSettings.MOST_AT_ONCE, "--parallel");
    requireAll(leases, 0, CniSettings.MOST_LEASES, "--leases");
    return new CniSettings(
        ourPrograms().toAbsolutePath().normalize(),
        peers.toAbsolutePath().normalize(),
        agent.none
            ? new AgentChoice.None()
            : agent.socket == null
                ? new AgentChoice.Own()
                : new AgentChoice.Running(agent.socket.toAbsolutePath().normalize()),
        cases,
        atOnce,
        leases,
        extent(),
        work.toAbsolutePath().normalize());
  }

  private Extent extent() {
    Integer rounds = length.rounds;
    if (rounds != null) {
      requireAll(List.of(rounds), 1, MOST_ROUNDS, "--rounds");
      return new Extent.Rounds(rounds);
    }
    if (!(length.seconds > 0)) {
      throw wrongArguments("--seconds should be more than 0");
    }
    return new Extent.Seconds(length.seconds);
  }

  private Path ourPrograms() {
    if (ours != null) {
      return ours;
    }
    String launcher = System.getProperty("weft.launcher");
    if (launcher == null) {
      throw wrongArguments("--bin-dir is needed: this Weft runs from no distribution");
    }
    return Path.of(launcher).resolveSibling("");
  }

  private void requireAll(List<Integer> numbers, int least, int most, String option) {
    for (int number : numbers) {
      if (number < least || number > most) {
        throw wrongArguments(
            option + " has " + number + ", but should have numbers from " + least + " to " + most);
      }
    }
  }

  private ParameterException wrongArguments(String sentence) {
    return new ParameterException(spec().commandLine(), sentence);
  }

  /** Prints a text as it grows. */
  private record Printer(PrintWriter out, OutputForm form) implements CniBenchmark.Listener {
    @Override
    public void begun(Circumstances circumstances) {
      print(CniText.header(circumstances));
    }

    @Override
    public void measured(WorkloadResult result) {
      print(CniText.workload(result));
    }

    private void print(String text) {
      if (form == OutputForm.text) {
        out.print(text);
        out.flush();
      }
    }
  }

  /** Reads a case's label. */
  static final class CaseConverter implements ITypeConverter<CniCase> {
    @Override
    public CniCase convert(String text) {
      for (CniCase one : CniCase.values()) {
        if (one.label().equals(text)) {
          return one;
        }
      }
      throw new TypeConversionException(
          "should be of "
              + Arrays.stream(CniCase.values())
                  .map(CniCase::label)
                  .collect(Collectors.joining(", "))
              + ", but is "
              + text);
    }
  }
}

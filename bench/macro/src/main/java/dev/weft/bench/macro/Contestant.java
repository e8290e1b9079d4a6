package dev.weft.bench.macro;

import dev.weft.json.Json;
import dev.weft.json.JsonText;
import dev.weft.kernel.ChildProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One side, and all that it has for itself.
 *
 * @param programs the directory of its executables
 * @param node where it works
 * @param leases host-local's {@code dataDir}
 * @param held leases of others, for host-local alone
 * @param agent who serves its calls
 * @param meter shares out what that one uses
 */
record Contestant(
    Side side,
    Path programs,
    Node node,
    Path leases,
    HeldLeases held,
    AgentProcess agent,
    AgentMeter meter) {

  static Contestant of(Side side, Path programs, Node node, AgentProcess agent, WorkDirectory work)
      throws IOException {
    Path leases = work.directory(side.label());
    HeldLeases held = new HeldLeases(leases.resolve(CniCase.HOST_LOCAL.network()));
    return new Contestant(side, programs, node, leases, held, agent, new AgentMeter(agent::cpu));
  }

  /**
   * A call, ready to be made.
   *
   * @param previous what ADD printed, which a runtime gives to DEL
   */
  ChildProcess call(
      CniCase configuration, Verb verb, String container, Pod pod, Optional<Json> previous) {
    Json.Obj config = configuration.config(leases);
    if (previous.isPresent()) {
      config = config.with("prevResult", previous.get());
    }
    return new ChildProcess(
        programs.resolve(configuration.type()),
        List.of(),
        Map.of(
            "PATH", Node.PATH,
            "WEFT_AGENT", agent.socket(), // empty for a peer too, which may be a Weft as well
            "CNI_COMMAND", verb.name(),
            "CNI_CONTAINERID", container,
            "CNI_NETNS", pod.path().toString(),
            "CNI_IFNAME", configuration.interfaceName(),
            "CNI_PATH", programs.toString()),
        JsonText.write(config).getBytes(StandardCharsets.UTF_8));
  }

  /** What a plugin says of itself to whoever calls it without a command. */
  String about(String program) {
    ChildProcess.Outcome outcome =
        new ChildProcess(
                programs.resolve(program),
                List.of(),
                Map.of("PATH", Node.PATH, "WEFT_AGENT", agent.socket()),
                new byte[0])
            .run();
    return new String(outcome.stderr(), StandardCharsets.UTF_8)
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .collect(Collectors.joining("; "));
  }

  /**
   * Makes sure that a program is there.
   *
   * @param option that names the directory
   */
  static void requireProgram(Path directory, String program, String option) {
    Path file = directory.resolve(program);
    if (!Files.isExecutable(file)) {
      throw new BenchException(
          (Files.exists(file) ? file + " is not executable" : "there is no " + file)
              + ": "
              + option
              + " should name a directory that has the executables "
              + "of the cases, or --cases leave out those that need it");
    }
  }
}

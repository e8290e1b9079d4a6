package dev.weft.cli;

import dev.weft.json.Json;
import dev.weft.net.IpAddress;
import dev.weft.services.Manifests;
import dev.weft.services.Node;
import dev.weft.services.Protocol;
import dev.weft.services.ServiceObjects;
import dev.weft.trace.AddressPort;
import dev.weft.trace.Flow;
import dev.weft.trace.FlowFile;
import dev.weft.trace.Trace;
import dev.weft.trace.Tracer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code weft trace}. */
@Command(
    name = "trace",
    description = "Tells what becomes of a packet under the Services of a cluster, and why.")
final class TraceCommand extends Subcommand implements Runnable {
  @Option(
      names = "--objects",
      paramLabel = "FILE|DIR",
      arity = "1..*",
      required = true,
      description = "Manifests of Services and EndpointSlices, YAML or JSON.")
  private List<Path> objects = new ArrayList<>();

  @Mixin private NodeOptions node = new NodeOptions();

  @Option(names = "--from", paramLabel = "ADDRESS", description = "Who sends the packet.")
  private @Nullable String from;

  @Option(
      names = "--to",
      paramLabel = "ADDRESS:PORT",
      description = "What it is sent to; IPv6 as [ADDRESS]:PORT.")
  private @Nullable String to;

  @Option(
      names = "--proto",
      paramLabel = "PROTOCOL",
      defaultValue = "tcp",
      description = "tcp, udp or sctp (default: ${DEFAULT-VALUE}).")
  private Protocol protocol = Protocol.TCP;

  @Option(
      names = "--in",
      paramLabel = "INTERFACE",
      description =
          "By which interface it comes. Without: an address of the node is taken for the node"
              + " itself, one of a pod here for a pod's, any other for one from outside.")
  private @Nullable String inInterface;

  @Option(
      names = "--flows",
      paramLabel = "FLOWS.json",
      description = "Many packets instead of one; see README.")
  private @Nullable Path flows;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORM",
      defaultValue = "text",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private OutputForm form = OutputForm.text;

  @Override
  public void run() {
    Optional<Flow> single = flows == null ? Optional.of(flow()) : Optional.empty();
    List<Flow> many = flows == null ? List.of() : FlowFile.read(flows);
    Node here = node.node(this::warn);
    ServiceObjects known = ServiceObjects.of(Manifests.read(objects));
    known.problems().forEach(this::tell);
    Tracer tracer = new Tracer(known, here, node.mode());
    if (single.isPresent()) {
      Trace trace = tracer.trace(single.get());
      out()
          .println(
              form == OutputForm.json
                  ? IndentedJson.write(trace.detailedAnswer())
                  : trace.text().stripTrailing());
    } else {
      tell(many.stream().map(tracer::trace).toList());
    }
  }

  private void tell(List<Trace> answers) {
    switch (form) {
      case json ->
          out()
              .println(
                  IndentedJson.write(
                      new Json.Arr(answers.stream().<Json>map(Trace::answer).toList())));
      case text -> {
        for (Trace answer : answers) {
          out().println(answer.text());
        }
      }
    }
  }

  private Flow flow() {
    String sender = from;
    String receiver = to;
    if (sender == null || receiver == null) {
      throw wrong("a packet needs --from and --to; or give many with --flows");
    }
    IpAddress address =
        IpAddress.parse(sender)
            .orElseThrow(() -> wrong("--from is " + sender + ", but should be an IP address"));
    AddressPort target =
        AddressPort.parse(receiver)
            .orElseThrow(
                () ->
                    wrong(
                        "--to is "
                            + receiver
                            + ", but should be an address and a port,"
                            + " 172.30.0.41:80 or [fd00::1]:80"));
    try {
      return new Flow(
          "",
          address,
          protocol,
          target,
          Optional.ofNullable(inInterface),
          Flow.State.NEW,
          List.of());
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec().commandLine(), message);
  }
}

package dev.weft.proxy;

import dev.weft.iptables.apply.RulesException;
import dev.weft.iptables.apply.Written;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.net.IpFamily;
import dev.weft.proxy.FamilySync.Outcome;
import dev.weft.services.ServiceObjects;
import dev.weft.watch.ObjectEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Has the rules of a node follow objects once. */
public final class OneSync {
  private OneSync() {}

  /**
   * Writes the rules for these objects and no others, and ends what flows they leave behind.
   *
   * @param settings of which the times and addresses do not count
   * @param warnings takes sentences about what was found
   * @return a sentence for each family
   * @throws RulesException if the rules of a family that some Service has cannot be written; the
   *     other family's are
   */
  public static List<String> run(
      ProxySettings settings,
      NetworkNamespace namespace,
      ServiceObjects objects,
      Consumer<String> warnings) {
    ServiceSync sync = new ServiceSync(settings, namespace);
    sync.hear(new ObjectEvent.Replaced(objects.services(), objects.slices()));
    List<Outcome> outcomes = sync.sync().outcomes();
    if (sync.hasFailed()) {
      throw new RulesException(
          outcomes.stream()
              .filter(outcome -> !outcome.succeeded())
              .map(outcome -> name(outcome.family()) + ": " + outcome.failure())
              .collect(Collectors.joining("; ")),
          null);
    }
    List<String> sentences = new ArrayList<>();
    for (Outcome outcome : outcomes) {
      for (String finding : outcome.written().map(Written::findings).orElse(List.of())) {
        warnings.accept(name(outcome.family()) + ": " + finding);
      }
      long ports = sync.served().stream().filter(port -> port.family() == outcome.family()).count();
      outcome
          .written()
          .ifPresent(
              _ -> sentences.add(sentence(outcome) + ", for " + ports + " ports of Services"));
    }
    return sentences;
  }

  /** What was written. */
  static String sentence(Outcome outcome) {
    String tables =
        outcome.written().stream()
            .flatMap(written -> written.tables().stream())
            .map(
                table ->
                    "%s: %d stand, %d changed"
                        .formatted(table.table(), table.standing(), table.written()))
            .collect(Collectors.joining("; "));
    String flows = outcome.ended() == 0 ? "" : "; " + outcome.ended() + " flows of UDP ended";
    return "%s: %s%s".formatted(name(outcome.family()), tables, flows);
  }

  static String name(IpFamily family) {
    return family == IpFamily.V4 ? "IPv4" : "IPv6";
  }
}

package dev.weft.iptables.ruleset;

import dev.weft.iptables.ruleset.Words.Word;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads one target. */
final class TargetReader {
  private TargetReader() {}

  /**
   * Reads a typed target if there is one that says the very same words, as {@link MatchReader}
   * does, else an opaque one.
   *
   * @param raw the text of the words, from {@code -j} or {@code -g}
   * @param chains of the table: a name alone may be a chain's
   */
  static Target read(String raw, List<Word> words, Set<String> chains) {
    if (words.size() < 2) {
      throw new IllegalArgumentException("behind " + raw + " stands no target");
    }
    if (words.getFirst().is("-g")) {
      if (words.size() > 2) {
        throw new IllegalArgumentException("behind -g stands a chain and nothing else, not " + raw);
      }
      return new Target.Goto(words.get(1).text());
    }
    try {
      Optional<Target> typed = typed(words, chains);
      if (typed.isPresent() && MatchReader.saysTheSame(RuleWriter.text(typed.get()), words)) {
        return typed.get();
      }
    } catch (IllegalArgumentException e) {
      // a number, a name or an address that its type does not hold
    }
    return new Target.Opaque(raw.substring("-j".length()).strip());
  }

  private static Optional<Target> typed(List<Word> words, Set<String> chains) {
    String name = words.get(1).text();
    Optional<Target.Verdict> verdict = Target.Verdict.parse(name);
    if (verdict.isPresent()) {
      return Optional.of(verdict.get());
    }
    if (chains.contains(name)) {
      return Optional.of(new Target.Jump(name));
    }
    Options options = new Options(words.subList(2, words.size()));
    return switch (name) {
      case "MARK" -> Optional.of(mark(options.get("--set-xmark").value()));
      case "DNAT" ->
          Optional.of(
              new Target.Dnat(
                  NatRange.parse(options.get("--to-destination").value()),
                  options.has("--random"),
                  options.has("--persistent")));
      case "SNAT" ->
          Optional.of(
              new Target.Snat(
                  NatRange.parse(options.get("--to-source").value()),
                  choice(options),
                  options.has("--persistent")));
      case "MASQUERADE" -> Optional.of(new Target.Masquerade(ports(options), choice(options)));
      case "REDIRECT" -> Optional.of(new Target.Redirect(ports(options), options.has("--random")));
      case "REJECT" -> Optional.of(new Target.Reject(options.get("--reject-with").value()));
      case "CT" -> Optional.of(new Target.NoTrack());
      default -> Optional.empty();
    };
  }

  private static Target mark(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException("there is no mask in " + text);
    }
    return new Target.SetMark(
        MatchReader.hex(text.substring(0, slash)), MatchReader.hex(text.substring(slash + 1)));
  }

  private static Optional<PortRange> ports(Options options) {
    return options.find("--to-ports").map(option -> PortRange.parse(option.value(), '-'));
  }

  private static Target.PortChoice choice(Options options) {
    if (options.has("--random-fully")) {
      return Target.PortChoice.RANDOM_FULLY;
    }
    return options.has("--random") ? Target.PortChoice.RANDOM : Target.PortChoice.NEAR;
  }
}

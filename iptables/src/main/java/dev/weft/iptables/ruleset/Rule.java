package dev.weft.iptables.ruleset;

import java.util.List;
import java.util.Optional;

/**
 * One rule: if a packet meets all matches, the target is done with it.
 *
 * @param matches tried in order; later ones are not tried once one has failed, which matters for
 *     those that remember ({@link Match.Recent}) or count ({@link Match.Accounting})
 * @param target none: the packet goes on to the next rule
 * @param origin known for compiled rules only; text does not hold it
 */
public record Rule(List<Match> matches, Optional<Target> target, Optional<Origin> origin) {

  public Rule {
    matches = List.copyOf(matches);
  }

  /** A rule of unknown origin. */
  public static Rule of(Target target, Match... matches) {
    return new Rule(List.of(matches), Optional.of(target), Optional.empty());
  }

  /** The same rule with its origin. */
  public Rule from(Origin reason) {
    return new Rule(matches, target, Optional.of(reason));
  }

  /** Whether it says nothing at all, which iptables allows. */
  boolean isEmpty() {
    return matches.isEmpty() && target.isEmpty();
  }

  /** As {@code iptables-save} prints it, without {@code -A CHAIN}. */
  @Override
  public String toString() {
    return RuleWriter.text(this);
  }
}

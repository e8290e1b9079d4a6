package dev.weft.iptables.compile;

import dev.weft.iptables.ruleset.Match;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import dev.weft.services.LocalPods;
import java.util.Optional;

/**
 * What this node's pods are known by in a rule.
 *
 * @param yes holds for their packets; nothing if they cannot be told from others
 * @param no holds for all other packets; nothing likewise
 */
record PodMatches(Optional<Match> yes, Optional<Match> no) {
  private static final PodMatches NONE = new PodMatches(Optional.empty(), Optional.empty());

  static PodMatches of(LocalPods pods, IpFamily family) {
    return switch (pods) {
      case LocalPods.Cidrs(var prefixes) -> {
        Optional<IpPrefix> own =
            prefixes.stream().filter(prefix -> prefix.family() == family).findFirst();
        yield own.map(prefix -> both(new Match.Source(prefix), new Match.Source(prefix, true)))
            .orElse(NONE);
      }
      case LocalPods.Bridge(String name) ->
          both(new Match.InInterface(name, false), new Match.InInterface(name, true));
      case LocalPods.InterfacePrefix(String prefix) ->
          both(
              new Match.InInterface(prefix + "+", false),
              new Match.InInterface(prefix + "+", true));
      case LocalPods.Unknown _ -> NONE;
    };
  }

  private static PodMatches both(Match yes, Match no) {
    return new PodMatches(Optional.of(yes), Optional.of(no));
  }
}

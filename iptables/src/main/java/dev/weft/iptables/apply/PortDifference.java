package dev.weft.iptables.apply;

import dev.weft.iptables.compile.Names;
import dev.weft.iptables.compile.PortRules;
import dev.weft.iptables.compile.SharedChain;
import dev.weft.iptables.ruleset.Chain;
import dev.weft.iptables.ruleset.Rule;
import dev.weft.iptables.ruleset.TableName;
import dev.weft.services.ServedPort;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What must be written when ports change, given that what was written for them before still stands.
 * Chains of a port are rewritten where they differ; in chains that all share, single rules are
 * deleted by what they say and inserted at their place, so that these chains are always what {@link
 * dev.weft.iptables.compile.IptablesCompiler} would make of all ports.
 */
final class PortDifference {
  private final Names names;
  private final RestoreInput nat = new RestoreInput(TableName.NAT);
  private final RestoreInput filter = new RestoreInput(TableName.FILTER);
  private final Map<TableName, Integer> growth = new EnumMap<>(TableName.class);

  private PortDifference(Names names) {
    this.names = names;
  }

  /** What a port's rules were and are. */
  record Change(List<PortRules> before, List<PortRules> after) {}

  /**
   * Compares.
   *
   * @param changes each of one port, by its name; before and after at most one
   * @param places as they are after the changes
   */
  static PortDifference of(Map<ServedPort, Change> changes, SharedPlaces places, Names names) {
    PortDifference difference = new PortDifference(names);
    changes.values().forEach(difference::ownChains);
    for (SharedChain chain : SharedChain.values()) {
      difference.sharedChain(chain, changes, places);
    }
    return difference;
  }

  List<RestoreInput> inputs() {
    return List.of(filter, nat);
  }

  /** How many rules a table has more than before. */
  int growth(TableName table) {
    return growth.getOrDefault(table, 0);
  }

  private void ownChains(Change change) {
    Map<String, Chain> before = new HashMap<>();
    change.before().forEach(rules -> rules.own().forEach(chain -> before.put(chain.name(), chain)));
    Map<String, Chain> after = new LinkedHashMap<>();
    change.after().forEach(rules -> rules.own().forEach(chain -> after.put(chain.name(), chain)));
    for (Chain chain : after.values()) {
      Chain old = before.remove(chain.name());
      if (old == null || !texts(old.rules()).equals(texts(chain.rules()))) {
        nat.rewrite(chain.name(), texts(chain.rules()));
        grow(TableName.NAT, chain.rules().size() - (old == null ? 0 : old.rules().size()));
      }
    }
    for (Chain gone : before.values()) {
      nat.remove(gone.name());
      grow(TableName.NAT, -gone.rules().size());
    }
  }

  private void sharedChain(
      SharedChain chain, Map<ServedPort, Change> changes, SharedPlaces places) {
    RestoreInput input = chain.table() == TableName.NAT ? nat : filter;
    String name = names.shared(chain);
    Map<ServedPort, List<String>> insertions = new TreeMap<>(); // by name
    changes.forEach(
        (port, change) -> {
          List<String> before = in(chain, change.before());
          List<String> after = in(chain, change.after());
          if (!before.equals(after)) {
            before.forEach(rule -> input.delete(name, rule));
            insertions.put(port, after);
            grow(chain.table(), after.size() - before.size());
          }
        });
    if (insertions.values().stream().anyMatch(rules -> !rules.isEmpty())) {
      // All before a place stand when it is their turn: each is then the right one.
      places.places(
          chain,
          (port, place) -> {
            List<String> rules = insertions.getOrDefault(port, List.of());
            for (int i = 0; i < rules.size(); i++) {
              input.insert(name, place + i, rules.get(i));
            }
          });
    }
  }

  private static List<String> in(SharedChain chain, List<PortRules> rules) {
    return rules.stream().flatMap(port -> texts(port.in(chain)).stream()).toList();
  }

  private static List<String> texts(Collection<Rule> rules) {
    return rules.stream().map(Rule::toString).toList();
  }

  private void grow(TableName table, int rules) {
    growth.merge(table, rules, Integer::sum);
  }
}

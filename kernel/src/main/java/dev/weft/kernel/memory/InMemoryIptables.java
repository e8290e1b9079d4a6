package dev.weft.kernel.memory;

import dev.weft.kernel.Errno;
import dev.weft.kernel.Iptables;
import dev.weft.kernel.IptablesChange;
import dev.weft.kernel.IptablesTable;
import dev.weft.kernel.KernelException;
import dev.weft.net.IpFamily;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * iptables in memory: keeps chains and rules; does not look at packets. Rules are compared word by
 * word, so they have to be given in the form in which {@code iptables-save} would show them.
 */
final class InMemoryIptables implements Iptables {
  private static final Map<String, List<String>> BUILT_IN =
      Map.of(
          "filter", List.of("INPUT", "FORWARD", "OUTPUT"),
          "nat", List.of("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"),
          "mangle", List.of("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"),
          "raw", List.of("PREROUTING", "OUTPUT"));

  /** Targets that are no chains, as far as anybody uses them here. */
  private static final Set<String> TARGETS =
      Set.of(
          "ACCEPT",
          "DROP",
          "RETURN",
          "REJECT",
          "MARK",
          "CONNMARK",
          "CT",
          "LOG",
          "MASQUERADE",
          "SNAT",
          "DNAT",
          "REDIRECT",
          "NETMAP",
          "TCPMSS");

  private final Map<TableKey, Map<String, List<List<String>>>> tables = new HashMap<>();
  private final Set<KernelFeature> features;
  private final Consumer<String> beforeChange;

  private record TableKey(IpFamily family, String name) {}

  /**
   * @param features of the kernel; what it lacks is refused
   * @param beforeChange hears what is about to be done, and may throw to refuse it
   */
  InMemoryIptables(Set<KernelFeature> features, Consumer<String> beforeChange) {
    this.features = features;
    this.beforeChange = beforeChange;
  }

  @Override
  public boolean isAvailable(IpFamily family) {
    return features.contains(KernelFeature.IPTABLES);
  }

  @Override
  public synchronized boolean hasChain(IpFamily family, String table, String chain) {
    return chains(family, table).containsKey(chain);
  }

  @Override
  public synchronized IptablesTable read(IpFamily family, String table) {
    return new IptablesTable(table, chains(family, table));
  }

  @Override
  public synchronized void apply(IpFamily family, String table, List<IptablesChange> changes) {
    beforeChange.accept("change iptables table " + table);
    if (!isAvailable(family)) {
      throw new KernelException(Errno.EOPNOTSUPP, "The kernel has no iptables.");
    }
    Map<String, List<List<String>>> copy = new LinkedHashMap<>();
    chains(family, table).forEach((name, rules) -> copy.put(name, new ArrayList<>(rules)));
    for (IptablesChange change : changes) {
      apply(table, change, copy);
    }
    tables.put(new TableKey(family, table), copy);
  }

  private Map<String, List<List<String>>> chains(IpFamily family, String table) {
    List<String> builtIn = BUILT_IN.get(table);
    if (builtIn == null) {
      throw new KernelException(
          Errno.ENOENT, "cannot read the table " + table + ": it does not exist");
    }
    return tables.computeIfAbsent(
        new TableKey(family, table),
        _ -> {
          Map<String, List<List<String>>> chains = new LinkedHashMap<>();
          builtIn.forEach(chain -> chains.put(chain, new ArrayList<>()));
          return chains;
        });
  }

  private static void apply(
      String table, IptablesChange change, Map<String, List<List<String>>> chains) {
    switch (change) {
      case IptablesChange.NewChain(String chain) -> {
        if (chains.putIfAbsent(chain, new ArrayList<>()) != null) {
          throw refused(Errno.EEXIST, change);
        }
      }
      case IptablesChange.Append(_, List<String> rule) ->
          writable(change, rule, chains).addLast(rule);
      case IptablesChange.Prepend(_, List<String> rule) ->
          writable(change, rule, chains).addFirst(rule);
      case IptablesChange.Delete(_, List<String> rule) -> {
        if (!rules(change, chains).remove(rule)) {
          throw refused(Errno.ENOENT, change);
        }
      }
      case IptablesChange.Flush _ -> rules(change, chains).clear();
      case IptablesChange.DeleteChain(String chain) -> {
        boolean builtIn = BUILT_IN.getOrDefault(table, List.of()).contains(chain);
        if (builtIn || !rules(change, chains).isEmpty() || isJumpedTo(chain, chains)) {
          throw refused(Errno.EBUSY, change);
        }
        chains.remove(chain);
      }
    }
  }

  private static List<List<String>> rules(
      IptablesChange change, Map<String, List<List<String>>> chains) {
    List<List<String>> rules = chains.get(change.chain());
    if (rules == null) {
      throw refused(Errno.ENOENT, change);
    }
    return rules;
  }

  private static List<List<String>> writable(
      IptablesChange change, List<String> rule, Map<String, List<List<String>>> chains) {
    String target = target(rule);
    if (!target.isEmpty() && !TARGETS.contains(target) && !chains.containsKey(target)) {
      throw refused(Errno.ENOENT, change);
    }
    return rules(change, chains);
  }

  private static boolean isJumpedTo(String chain, Map<String, List<List<String>>> chains) {
    return chains.values().stream()
        .anyMatch(rules -> rules.stream().anyMatch(rule -> target(rule).equals(chain)));
  }

  /** What a rule jumps or goes to; empty if nowhere. */
  private static String target(List<String> rule) {
    for (int i = 0; i + 1 < rule.size(); i++) {
      if (rule.get(i).equals("--comment")) {
        i++;
      } else if (rule.get(i).equals("-j") || rule.get(i).equals("-g")) {
        return rule.get(i + 1);
      }
    }
    return "";
  }

  private static KernelException refused(Errno errno, IptablesChange change) {
    return new KernelException(errno, "iptables refused " + change + ": " + errno);
  }

  /** All rules, one a line. */
  synchronized Set<String> describe() {
    Set<String> lines = new TreeSet<>();
    tables.forEach(
        (key, table) ->
            table.forEach(
                (chain, rules) ->
                    rules.forEach(
                        rule ->
                            lines.add(key.family + " " + key.name + ' ' + chain + ' ' + rule))));
    return lines;
  }
}

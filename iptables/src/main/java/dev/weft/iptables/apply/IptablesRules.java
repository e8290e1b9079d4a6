package dev.weft.iptables.apply;

import dev.weft.iptables.apply.Written.TableCount;
import dev.weft.iptables.compile.IptablesCompiler;
import dev.weft.iptables.compile.Names;
import dev.weft.iptables.compile.NodeFacts;
import dev.weft.iptables.compile.PortRules;
import dev.weft.iptables.compile.SharedChain;
import dev.weft.iptables.ruleset.Chain;
import dev.weft.iptables.ruleset.Ruleset;
import dev.weft.iptables.ruleset.Table;
import dev.weft.iptables.ruleset.TableName;
import dev.weft.kernel.IptablesPrograms;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.net.IpFamily;
import dev.weft.services.ServedPort;
import dev.weft.services.ServiceCatalog;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Services as chains of iptables, written by {@code iptables-restore --noflush -w}: one process for
 * both tables, each of which is changed as a whole or not at all.
 */
public final class IptablesRules implements ServiceRules {
  private static final List<TableName> TABLES = List.of(TableName.FILTER, TableName.NAT);

  /**
   * To find a rule in a chain of thousands costs two milliseconds: from so many changed ports on,
   * if they are also many of all, it is cheaper to compare everything.
   */
  private static final int MANY_CHANGES = 200;

  private static final int LARGE_SHARE = 10;

  /** How many refused Services are left out, one after the other, before it is given up. */
  private static final int MOST_REFUSED = 20;

  private static final int MOST_FINDINGS = 10;

  /** Where they keep others from loopback addresses. */
  private static final String KUBE_GUARD = "KUBE-FIREWALL";

  private final NetworkNamespace namespace;
  private final IpFamily family;
  private final NodeFacts node;
  private final Names names;

  private final SharedPlaces ports = new SharedPlaces();

  /** Whose rules iptables refused, by the name of the port; they are left out until they change. */
  private final Set<ServedPort> refused = new TreeSet<>();

  private final Map<TableName, Integer> standing = new EnumMap<>(TableName.class);

  private @Nullable Variants variants;

  /** Whether what was written last is what stands, as far as anybody knows. */
  private boolean known;

  /** Whether it ever was, so that what is otherwise now was changed by somebody. */
  private boolean written;

  private String lastMixture = "";

  /** Rules of one family in a namespace. */
  public IptablesRules(NetworkNamespace namespace, IpFamily family, NodeFacts node, Names names) {
    this.namespace = namespace;
    this.family = family;
    this.node = node;
    this.names = names;
  }

  /**
   * What a namespace without anything of ours would be given, in the language of {@code
   * iptables-restore --noflush}.
   */
  public static String text(
      Collection<ServedPort> ports, IpFamily family, NodeFacts node, Names names) {
    Ruleset wanted = IptablesCompiler.compile(ports, node, names, family);
    List<String> lines = new ArrayList<>();
    for (TableName name : TABLES) {
      Table table = wanted.table(name).orElseThrow();
      TableDifference.of(family, SavedTable.none(name), table, names).input().writeTo(lines, false);
    }
    return String.join("\n", lines) + "\n";
  }

  @Override
  public Written replaceAll(Collection<ServedPort> all) {
    Map<ServedPort, ServedPort> wanted = new TreeMap<>();
    for (ServedPort port : all) {
      if (port.family() == family) {
        wanted.putIfAbsent(port, port);
      }
    }
    Map<ServedPort, Pair> changes = new TreeMap<>();
    for (ServedPort port : ports.all()) {
      if (!wanted.containsKey(port)) {
        changes.put(port, new Pair(port, null));
      }
    }
    wanted.values().forEach(port -> note(changes, port, port));
    return write(changes);
  }

  @Override
  public Written apply(List<ServiceCatalog.Change> changes) {
    Map<ServedPort, Pair> noted = new TreeMap<>();
    for (ServiceCatalog.Change change : changes) {
      for (ServedPort port : change.before()) {
        if (port.family() == family) {
          note(noted, port, null);
        }
      }
      for (ServedPort port : change.after()) {
        if (port.family() == family) {
          note(noted, port, port);
        }
      }
    }
    return write(noted);
  }

  /** What is served under a name, and what shall be. */
  private record Pair(@Nullable ServedPort before, @Nullable ServedPort after) {}

  private void note(Map<ServedPort, Pair> changes, ServedPort name, @Nullable ServedPort after) {
    Pair noted = changes.get(name);
    ServedPort before = noted == null ? ports.get(name).orElse(null) : noted.before();
    changes.put(name, new Pair(before, after));
  }

  private Written write(Map<ServedPort, Pair> changes) {
    changes.values().removeIf(pair -> Objects.equals(pair.before(), pair.after()));
    Map<ServedPort, PortDifference.Change> rules = new TreeMap<>();
    boolean all =
        !known
            || changes.keySet().stream().anyMatch(refused::contains)
            || (changes.size() > MANY_CHANGES && changes.size() > ports.size() / LARGE_SHARE);
    changes.forEach(
        (name, pair) -> {
          refused.remove(name);
          ServedPort after = pair.after();
          List<PortRules> now = after == null ? List.of() : List.of(rules(after));
          if (!all) {
            ServedPort before = pair.before();
            List<PortRules> old = before == null ? List.of() : List.of(rules(before));
            rules.put(name, new PortDifference.Change(old, now));
          }
          ports.remove(name);
          if (after != null) {
            ports.put(after, now.getFirst());
          }
        });
    return all ? audit() : change(rules);
  }

  private PortRules rules(ServedPort port) {
    return PortRules.of(port, names, node);
  }

  private Written change(Map<ServedPort, PortDifference.Change> changes) {
    PortDifference difference = PortDifference.of(changes, ports, names);
    known = false;
    IptablesPrograms programs = Objects.requireNonNull(variants).chosen();
    RestoreRun run = RestoreRun.of(programs, difference.inputs());
    if (run.refusal().isPresent()) {
      throw failure(programs, run);
    }
    known = true;
    TABLES.forEach(table -> standing.merge(table, difference.growth(table), Integer::sum));
    return new Written(false, counts(difference.inputs()), List.of());
  }

  @Override
  public Written audit() {
    known = false;
    try {
      Variants found = Variants.choose(namespace, family);
      if (variants != null && variants.chosen().variant() != found.chosen().variant()) {
        written = false; // our rules are in the tables of the other one
      }
      variants = found;
      List<String> findings = new ArrayList<>();
      List<TableCount> counts = compareAll(found.chosen(), findings);
      for (IptablesPrograms other : found.others()) {
        tidy(found, other, findings);
      }
      LoopbackRoutes.allow(namespace, family, node);
      known = true;
      written = true;
      return new Written(true, counts, shortened(findings));
    } catch (KernelException e) {
      throw new RulesException(e.getMessage(), e);
    }
  }

  private List<TableCount> compareAll(IptablesPrograms programs, List<String> findings) {
    List<SavedTable> saved = Variants.saved(programs, names);
    if (!node.servesLoopback()) {
      closeLoopback(saved);
    }
    while (true) {
      Ruleset wanted = wanted();
      List<RestoreInput> inputs = new ArrayList<>();
      List<String> differences = new ArrayList<>();
      for (SavedTable table : saved) {
        Table target = wanted.table(table.name()).orElseThrow();
        TableDifference difference = TableDifference.of(family, table, target, names);
        inputs.add(difference.input());
        differences.addAll(difference.findings());
        standing.put(table.name(), rules(target));
      }
      RestoreRun run = RestoreRun.of(programs, inputs);
      if (run.refusal().isEmpty()) {
        if (written) {
          findings.addAll(differences);
        }
        return counts(inputs);
      }
      ServedPort culprit = culprit(run.refusedRule());
      RulesException failure = failure(programs, run);
      if (culprit == null || refused.size() >= MOST_REFUSED) {
        throw failure;
      }
      refused.add(culprit);
      findings.add(failure.getMessage() + "; it is left out until it changes");
      // The table before may be written already.
      saved = Variants.saved(programs, names);
    }
  }

  private static int rules(Table table) {
    return table.chains().values().stream().mapToInt(chain -> chain.rules().size()).sum();
  }

  private Ruleset wanted() {
    List<ServedPort> served = new ArrayList<>(ports.size());
    for (ServedPort port : ports.all()) {
      if (!refused.contains(port)) {
        served.add(port);
      }
    }
    return IptablesCompiler.compile(served, node, names, family);
  }

  /** Rules of ours in the other variant are from before the node was changed; others' are told. */
  private void tidy(Variants found, IptablesPrograms other, List<String> findings) {
    List<SavedTable> saved = Variants.saved(other, names);
    if (clear(other, saved)) {
      findings.add("rules of ours in the tables of " + other + " were removed");
    }
    int foreign = saved.stream().mapToInt(SavedTable::foreignRules).sum();
    String mixture =
        foreign == 0
            ? ""
            : "%s has %d rules of others in filter and nat beside those of %s, %s: packets pass both, and what one drops is dropped"
                .formatted(other, foreign, found.chosen(), found.reason());
    if (!mixture.isEmpty() && lastMixture.isEmpty()) {
      findings.add(mixture);
    }
    lastMixture = mixture;
  }

  @Override
  public void remove() {
    known = false;
    written = false;
    ports.clear();
    refused.clear();
    try {
      for (IptablesPrograms programs : namespace.iptablesPrograms(family)) {
        List<SavedTable> saved = Variants.saved(programs, names);
        closeLoopback(saved);
        clear(programs, saved);
      }
    } catch (KernelException e) {
      throw new RulesException(e.getMessage(), e);
    }
  }

  /** What our guard made safe is undone with it, unless kube-proxy's or the kubelet's stands. */
  private void closeLoopback(List<SavedTable> saved) {
    String guard = names.shared(SharedChain.FIREWALL);
    boolean guarded =
        saved.stream().anyMatch(table -> !table.chains().getOrDefault(guard, List.of()).isEmpty());
    boolean others = saved.stream().anyMatch(table -> table.foreignChains().contains(KUBE_GUARD));
    if (guarded && !others) {
      LoopbackRoutes.forbid(namespace);
    }
  }

  private boolean clear(IptablesPrograms programs, List<SavedTable> saved) {
    List<RestoreInput> inputs = saved.stream().map(TableDifference::removal).toList();
    RestoreRun run = RestoreRun.of(programs, inputs);
    if (run.refusal().isPresent()) {
      throw failure(programs, run);
    }
    return inputs.stream().anyMatch(input -> !input.isEmpty());
  }

  private List<TableCount> counts(List<RestoreInput> inputs) {
    return inputs.stream()
        .map(
            input ->
                new TableCount(
                    input.table().text(), input.size(), standing.getOrDefault(input.table(), 0)))
        .toList();
  }

  private RulesException failure(IptablesPrograms programs, RestoreRun run) {
    IptablesPrograms.Refusal refusal = run.refusal().orElseThrow();
    String rule = run.refusedRule();
    ServedPort culprit = culprit(rule);
    String what = rule.isEmpty() ? "a table of Service rules" : "\"" + rule + "\"";
    String whose = culprit == null ? "" : " of Service " + culprit;
    return new RulesException(
        programs + "-restore refused " + what + whose + ": " + refusal.complaint(), null);
  }

  /** The port that a line was written for; nothing if for none or for all. */
  private @Nullable ServedPort culprit(String line) {
    if (line.isEmpty()) {
      return null;
    }
    for (ServedPort port : ports.all()) {
      PortRules rules = rules(port);
      for (Chain chain : rules.own()) {
        if (chain.rules().stream().anyMatch(r -> line.equals("-A " + chain.name() + " " + r))) {
          return port;
        }
      }
      for (SharedChain chain : SharedChain.values()) {
        if (rules.in(chain).stream().anyMatch(rule -> line.endsWith(" " + rule))) {
          return port;
        }
      }
    }
    return null;
  }

  private static List<String> shortened(List<String> findings) {
    if (findings.size() <= MOST_FINDINGS) {
      return findings;
    }
    List<String> few = new ArrayList<>(findings.subList(0, MOST_FINDINGS));
    few.add("and " + (findings.size() - MOST_FINDINGS) + " more");
    return few;
  }
}

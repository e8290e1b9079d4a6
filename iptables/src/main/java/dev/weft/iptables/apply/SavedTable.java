package dev.weft.iptables.apply;

import dev.weft.iptables.compile.Names;
import dev.weft.iptables.ruleset.Chain;
import dev.weft.iptables.ruleset.RulesetText;
import dev.weft.iptables.ruleset.TableName;
import dev.weft.net.IpFamily;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the kernel has of ours in one table, from what {@code iptables-save} printed. Rules are kept
 * as their text, since nearly all of them are as they were written.
 *
 * @param chains ours, by name: their rules, without {@code -A CHAIN}
 * @param jumps by base chain: the rules that lead into chains of ours
 * @param foreignRules how many there are besides
 * @param foreignChains the names of chains that are not ours
 */
record SavedTable(
    TableName name,
    Map<String, List<String>> chains,
    Map<String, List<String>> jumps,
    int foreignRules,
    Set<String> foreignChains) {

  static SavedTable none(TableName name) {
    return new SavedTable(name, Map.of(), Map.of(), 0, Set.of());
  }

  static SavedTable read(TableName name, String saved, Names names) {
    Map<String, List<String>> chains = new LinkedHashMap<>();
    Map<String, List<String>> jumps = new LinkedHashMap<>();
    int foreign = 0;
    Set<String> foreignChains = new HashSet<>();
    int end;
    for (int at = 0; at < saved.length(); at = end + 1) {
      end = saved.indexOf('\n', at);
      end = end < 0 ? saved.length() : end;
      if (saved.startsWith(":", at)) {
        declare(saved.substring(at + 1, end), names, chains, jumps, foreignChains);
      } else if (saved.startsWith("-A ", at)) {
        int space = saved.indexOf(' ', at + 3);
        int nameEnd = space < 0 || space > end ? end : space;
        String chain = saved.substring(at + 3, nameEnd);
        String rule = nameEnd == end ? "" : saved.substring(nameEnd + 1, end);
        List<String> ours = chains.get(chain);
        List<String> base = jumps.get(chain);
        if (ours != null) {
          ours.add(rule);
        } else if (base != null && names.isChain(target(rule))) {
          base.add(rule);
        } else {
          foreign++;
        }
      }
    }
    return new SavedTable(name, chains, jumps, foreign, foreignChains);
  }

  private static void declare(
      String line,
      Names names,
      Map<String, List<String>> chains,
      Map<String, List<String>> jumps,
      Set<String> foreignChains) {
    String[] words = line.split(" ", 3);
    if (names.isChain(words[0])) {
      chains.put(words[0], new ArrayList<>());
    } else if (words.length > 1 && !words[1].equals("-")) {
      jumps.put(words[0], new ArrayList<>());
    } else {
      foreignChains.add(words[0]);
    }
  }

  /** The chain that a rule leads to, which is its end; empty if it leads to none. */
  static String target(String rule) {
    String marked = " " + rule;
    int jump = Math.max(marked.lastIndexOf(" -j "), marked.lastIndexOf(" -g "));
    return jump < 0 ? "" : marked.substring(jump + 4);
  }

  boolean isEmpty() {
    return chains.isEmpty() && jumps.values().stream().allMatch(List::isEmpty);
  }

  List<String> jumpsOf(String baseChain) {
    return jumps.getOrDefault(baseChain, List.of());
  }

  /** Whether a chain has exactly these rules. */
  boolean has(IpFamily family, String chain, List<String> rules) {
    List<String> there = chains.get(chain);
    return there != null && areRules(family, there, rules);
  }

  /** Whether rules that were printed say what these do. */
  static boolean areRules(IpFamily family, List<String> printed, List<String> wanted) {
    if (printed.size() != wanted.size()) {
      return false;
    }
    for (int i = 0; i < printed.size(); i++) {
      if (!printed.get(i).equals(wanted.get(i))
          && !normal(family, printed.get(i)).equals(wanted.get(i))) {
        return false;
      }
    }
    return true;
  }

  static List<String> texts(Chain chain) {
    List<String> texts = new ArrayList<>(chain.rules().size());
    chain.rules().forEach(rule -> texts.add(rule.toString()));
    return texts;
  }

  /** In the words of the version whose words we write. */
  private static String normal(IpFamily family, String rule) {
    try {
      return RulesetText.parse(family, "*nat\n:C - [0:0]\n-A C " + rule + "\nCOMMIT\n")
          .table(TableName.NAT)
          .flatMap(table -> table.chain("C"))
          .map(chain -> chain.rules().getFirst().toString())
          .orElse(rule);
    } catch (IllegalArgumentException e) {
      return rule; // in a language of later: certainly not what we wrote
    }
  }
}

package dev.weft.iptables.ruleset;

import dev.weft.iptables.ruleset.Words.Word;
import dev.weft.net.IpFamily;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The language of {@code iptables-save}, {@code ip6tables-save} and the {@code -restore} programs,
 * as iptables 1.8 writes it, legacy and nf_tables alike. Counters are read and left out: they tell
 * what happened, not what the rules are.
 */
public final class RulesetText {
  private final Map<TableName, Table> tables = new LinkedHashMap<>();
  private @Nullable OpenTable open;

  private RulesetText() {}

  /** A table whose COMMIT has not come yet. */
  private record OpenTable(TableName name, Map<String, OpenChain> chains) {
    Table close() {
      List<Chain> closed = new ArrayList<>();
      chains.forEach((name, chain) -> closed.add(new Chain(name, chain.policy(), chain.rules())));
      return Table.of(name, closed);
    }
  }

  private record OpenChain(Optional<Chain.Policy> policy, List<Rule> rules) {}

  /**
   * Reads what {@code iptables-save} or {@code ip6tables-save} printed. Matches and targets without
   * a type of their own are kept as text.
   *
   * @throws IllegalArgumentException naming the line, if it is not of that language, or if the text
   *     ends within a table
   */
  public static Ruleset parse(IpFamily family, String saved) {
    RulesetText text = new RulesetText();
    int number = 0;
    for (String line : saved.split("\n", -1)) {
      number++;
      try {
        text.read(line);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "line " + number + " of iptables-save, \"" + line + "\": " + e.getMessage(), e);
      }
    }
    if (text.open != null) {
      throw new IllegalArgumentException(
          "the table "
              + text.open.name().text()
              + " has no COMMIT: the end of the text is missing");
    }
    return new Ruleset(family, text.tables);
  }

  /**
   * Writes a ruleset for {@code iptables-restore} or {@code ip6tables-restore}: each rule as
   * iptables-save prints it, counters zero.
   */
  public static String print(Ruleset ruleset) {
    StringBuilder text = new StringBuilder();
    for (Table table : ruleset.tables().values()) {
      text.append('*').append(table.name().text()).append('\n');
      for (Chain chain : table.chains().values()) {
        String policy = chain.policy().map(Enum::name).orElse("-");
        text.append(':').append(chain.name()).append(' ').append(policy).append(" [0:0]\n");
      }
      for (Chain chain : table.chains().values()) {
        for (Rule rule : chain.rules()) {
          text.append("-A ").append(chain.name());
          text.append(rule.isEmpty() ? "" : " ").append(rule).append('\n');
        }
      }
      text.append("COMMIT\n");
    }
    return text.toString();
  }

  private void read(String line) {
    if (line.isBlank() || line.startsWith("#")) {
      return;
    }
    if (line.startsWith("*")) {
      begin(line.substring(1));
      return;
    }
    OpenTable table = open;
    if (table == null) {
      throw new IllegalArgumentException("it stands outside of a table, before *TABLE");
    }
    if (line.equals("COMMIT")) {
      tables.put(table.name(), table.close());
      open = null;
    } else if (line.startsWith(":")) {
      declare(table, Words.texts(Words.split(line.substring(1))));
    } else {
      append(table, line);
    }
  }

  private void begin(String name) {
    TableName table =
        TableName.parse(name)
            .orElseThrow(() -> new IllegalArgumentException("iptables has no table " + name));
    if (open != null) {
      throw new IllegalArgumentException("the table before it has no COMMIT");
    }
    if (tables.containsKey(table)) {
      throw new IllegalArgumentException("the table is there twice");
    }
    open = new OpenTable(table, new LinkedHashMap<>());
  }

  private static void declare(OpenTable table, List<String> words) {
    if (words.size() < 2) {
      throw new IllegalArgumentException("a chain's line is :NAME POLICY [PACKETS:BYTES]");
    }
    Optional<Chain.Policy> policy =
        words.get(1).equals("-") ? Optional.empty() : Optional.of(policy(words.get(1)));
    if (table.chains().put(words.get(0), new OpenChain(policy, new ArrayList<>())) != null) {
      throw new IllegalArgumentException("the chain is there twice");
    }
  }

  private static Chain.Policy policy(String text) {
    return switch (text) {
      case "ACCEPT" -> Chain.Policy.ACCEPT;
      case "DROP" -> Chain.Policy.DROP;
      default -> throw new IllegalArgumentException("a policy is ACCEPT, DROP or -, not " + text);
    };
  }

  private static void append(OpenTable table, String line) {
    List<Word> words = Words.split(line);
    boolean counted = words.getFirst().text().startsWith("[");
    List<Word> command = counted ? words.subList(1, words.size()) : words;
    if (command.size() < 2 || !command.getFirst().is("-A")) {
      throw new IllegalArgumentException("it is none of *TABLE, :CHAIN, -A CHAIN RULE, COMMIT");
    }
    String name = command.get(1).text();
    OpenChain chain = table.chains().get(name);
    if (chain == null) {
      throw new IllegalArgumentException("the chain " + name + " was not declared before");
    }
    chain
        .rules()
        .add(RuleReader.read(line, command.subList(2, command.size()), table.chains().keySet()));
  }
}

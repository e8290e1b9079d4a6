package dev.weft.kernel.linux;

import dev.weft.kernel.Errno;
import dev.weft.kernel.IptablesChange;
import dev.weft.kernel.IptablesTable;
import dev.weft.kernel.KernelException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The language of {@code iptables-restore} and {@code iptables-save}. */
final class IptablesText {
  private IptablesText() {}

  /**
   * A transaction; the change with index {@code n} stands in line {@code n + 2}, counted from one.
   */
  static String write(String table, List<IptablesChange> changes) {
    StringBuilder text = new StringBuilder().append('*').append(word(table)).append('\n');
    for (IptablesChange change : changes) {
      text.append(line(change)).append('\n');
    }
    return text.append("COMMIT\n").toString();
  }

  /** One change as a line, without its end. */
  static String line(IptablesChange change) {
    String chain = change.chain();
    return switch (change) {
      case IptablesChange.NewChain _ -> "-N " + chain;
      case IptablesChange.Append append -> "-A " + chain + words(append.rule());
      case IptablesChange.Prepend prepend -> "-I " + chain + words(prepend.rule());
      case IptablesChange.Delete delete -> "-D " + chain + words(delete.rule());
      case IptablesChange.Flush _ -> "-F " + chain;
      case IptablesChange.DeleteChain _ -> "-X " + chain;
    };
  }

  private static String words(List<String> rule) {
    StringBuilder text = new StringBuilder();
    for (String word : rule) {
      text.append(' ').append(word(word));
    }
    return text.toString();
  }

  /** A word as iptables-restore reads it back: in quotes unless it is plain. */
  private static String word(String word) {
    boolean plain = !word.isEmpty();
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      plain &= c != ' ' && c != '"' && c != '\'' && c != '\\' && c != '#';
    }
    return plain ? word : '"' + word.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  /** Reads what {@code iptables-save -t TABLE} wrote. */
  static IptablesTable read(String table, String saved) {
    Map<String, List<List<String>>> chains = new LinkedHashMap<>();
    for (String line : saved.split("\n", -1)) {
      if (line.startsWith(":")) {
        chains.put(words(line.substring(1), line).getFirst(), new ArrayList<>());
      } else if (line.startsWith("-A ")) {
        List<String> words = words(line, line);
        List<List<String>> rules = words.size() < 2 ? null : chains.get(words.get(1));
        if (rules == null) {
          throw unreadable(line);
        }
        rules.add(List.copyOf(words.subList(2, words.size())));
      } else if (!line.isEmpty()
          && !line.startsWith("#")
          && !line.startsWith("*")
          && !line.equals("COMMIT")) {
        throw unreadable(line);
      }
    }
    return new IptablesTable(table, chains);
  }

  /** Splits at spaces that are not within quotes; a backslash within them spares the next. */
  private static List<String> words(String text, String line) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean within = false;
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        quoted = !quoted;
        within = true;
      } else if (quoted && c == '\\' && i + 1 < text.length()) {
        word.append(text.charAt(++i));
      } else if (!quoted && c == ' ') {
        if (within) {
          words.add(word.toString());
        }
        word.setLength(0);
        within = false;
      } else {
        word.append(c);
        within = true;
      }
    }
    if (quoted) {
      throw unreadable(line);
    }
    if (within) {
      words.add(word.toString());
    }
    return words;
  }

  private static KernelException unreadable(String line) {
    return new KernelException(
        Errno.EINVAL, "iptables-save printed a line that is not of its language: " + line);
  }
}

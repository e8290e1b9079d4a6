package dev.weft.iptables.ruleset;

import dev.weft.net.IpPrefix;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Words as iptables-restore splits a line into them, and what can be one. */
final class Words {
  private Words() {}

  /**
   * One word.
   *
   * @param text without quotes and escapes
   * @param start where it begins in the line, with its quotes
   * @param end the index behind it
   * @param quoted whether it is surely no option
   */
  record Word(String text, int start, int end, boolean quoted) {
    boolean is(String option) {
      return !quoted && text.equals(option);
    }
  }

  /**
   * Splits at blanks that are not within double quotes; a backslash within them spares the next.
   *
   * @throws IllegalArgumentException if a quote is not closed
   */
  static List<Word> split(String line) {
    List<Word> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    int start = -1;
    boolean open = false;
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      boolean blank = !open && (c == ' ' || c == '\t');
      if (blank && start >= 0) {
        words.add(new Word(word.toString(), start, i, quoted));
        word.setLength(0);
        start = -1;
        quoted = false;
      }
      if (blank) {
        continue;
      }
      start = start < 0 ? i : start;
      if (c == '"') {
        open = !open;
        quoted = true;
      } else if (open && c == '\\' && i + 1 < line.length()) {
        word.append(line.charAt(++i));
      } else {
        word.append(c);
      }
    }
    if (open) {
      throw new IllegalArgumentException("a quotation mark is not closed");
    }
    if (start >= 0) {
      words.add(new Word(word.toString(), start, line.length(), quoted));
    }
    return words;
  }

  static List<String> texts(List<Word> words) {
    return words.stream().map(Word::text).toList();
  }

  /** As {@code xtables_save_string} of iptables writes any text. */
  static String quote(String text) {
    boolean plain = true;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      plain &=
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '_'
              || c == '-';
    }
    if (plain) {
      return text;
    }
    StringBuilder quoted = new StringBuilder().append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\' || c == '\'') {
        quoted.append('\\');
      }
      quoted.append(c);
    }
    return quoted.append('"').toString();
  }

  /** Refuses what would be read back as several words, or as something else. */
  static void requireName(String what, String name, int bytes) {
    boolean good =
        !name.isEmpty()
            && name.charAt(0) != '-'
            && name.charAt(0) != '!'
            && name.getBytes(StandardCharsets.UTF_8).length <= bytes;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      good &= c > ' ' && c != 0x7F && c != '"' && c != '\'' && c != '\\';
    }
    if (!good) {
      throw new IllegalArgumentException(
          what
              + " cannot be named \""
              + name
              + "\": a name has 1 to "
              + bytes
              + " bytes without blanks and quotes, and does not begin with - or !");
    }
  }

  /** Refuses what would not stay within one line. */
  static void requireLine(String what, String text) {
    if (text.isBlank() || text.indexOf('\n') >= 0 || text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          what + " is \"" + text + "\"; it must say something, in one line");
    }
  }

  static void requireNetwork(String what, IpPrefix prefix) {
    if (!prefix.isNetwork()) {
      throw new IllegalArgumentException(
          what + " of " + prefix + " has host bits; the network is " + prefix.network());
    }
  }
}

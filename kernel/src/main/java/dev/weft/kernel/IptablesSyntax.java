package dev.weft.kernel;

import java.util.List;

/**
 * What may stand in an {@code iptables-restore} transaction: refuses what would be read otherwise.
 */
final class IptablesSyntax {
  /** XT_EXTENSION_MAXNAMELEN, with its closing zero. */
  private static final int MAX_CHAIN = 28;

  private IptablesSyntax() {}

  static void chain(String name) {
    boolean fits = !name.isEmpty() && name.length() <= MAX_CHAIN;
    for (int i = 0; fits && i < name.length(); i++) {
      char c = name.charAt(i);
      boolean first = i == 0 && (c == '-' || c == '!');
      fits = c > ' ' && c < 0x7F && !first && c != '"' && c != '\'' && c != '\\' && c != '#';
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "\""
              + name
              + "\" is no iptables chain name: 1 to 28 visible characters, no quotes, no leading -");
    }
  }

  static void rule(List<String> words) {
    for (String word : words) {
      for (int i = 0; i < word.length(); i++) {
        if (Character.isISOControl(word.charAt(i))) {
          throw new IllegalArgumentException(
              "a word of an iptables rule cannot hold a control character: " + word);
        }
      }
    }
  }
}

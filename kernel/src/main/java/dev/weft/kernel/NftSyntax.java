package dev.weft.kernel;

import java.nio.charset.StandardCharsets;

/** What may stand in the language of {@code nft(8)}: refuses what would be read otherwise. */
final class NftSyntax {
  /** NFT_NAME_MAXLEN of the kernel, with its closing zero. */
  private static final int MAX_NAME = 255;

  /** NFTNL_UDATA_COMMENT_MAXLEN of libnftnl. */
  private static final int MAX_COMMENT = 128;

  private NftSyntax() {}

  /** A name of a table, set or chain: what nft takes without quotes. */
  static void name(String name) {
    boolean fits = !name.isEmpty() && name.length() <= MAX_NAME && isLetter(name.charAt(0));
    for (int i = 1; fits && i < name.length(); i++) {
      char c = name.charAt(i);
      fits = isLetter(c) || isDigit(c) || c == '_' || c == '-' || c == '.' || c == '/';
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "\""
              + name
              + "\" is no nftables name: a letter, then up to 254 letters, digits, or one of _-./");
    }
  }

  /** A comment, which nft keeps in double quotes and knows no escape for. */
  static void comment(String comment) {
    if (!isComment(comment)) {
      throw new IllegalArgumentException(
          "an nftables comment has at most "
              + MAX_COMMENT
              + " bytes and no double quote or control character: "
              + comment);
    }
  }

  static boolean isComment(String text) {
    boolean fits = text.getBytes(StandardCharsets.UTF_8).length <= MAX_COMMENT;
    for (int i = 0; fits && i < text.length(); i++) {
      char c = text.charAt(i);
      fits = c != '"' && !Character.isISOControl(c);
    }
    return fits;
  }

  /** A type, or several joined by dots, or a part of a packet. */
  static void type(String type) {
    for (int i = 0; i < type.length(); i++) {
      char c = type.charAt(i);
      if (!isLetter(c) && !isDigit(c) && c != '_' && c != ' ' && c != '.' && c != '@' && c != ',') {
        throw new IllegalArgumentException(
            "\"" + type + "\" is no nftables type: write it as in \"ipv4_addr . inet_service\"");
      }
    }
  }

  /** One rule: must end neither its own line nor the block that it is in. */
  static void rule(String rule) {
    statement(rule, false);
  }

  /** What makes a chain a base chain: as a rule, but {@code ; policy} may follow. */
  static void hook(String hook) {
    statement(hook, true);
  }

  private static void statement(String statement, boolean hook) {
    boolean quoted = false;
    int depth = 0;
    for (int i = 0; i < statement.length(); i++) {
      char c = statement.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && c == '{') {
        depth++;
      } else if (!quoted && c == '}') {
        depth--;
      }
      boolean ends = !quoted && (c == '#' || (c == ';' && !hook));
      if (depth < 0 || ends || Character.isISOControl(c)) {
        throw notOne(statement);
      }
    }
    if (quoted || depth != 0 || statement.isBlank()) {
      throw notOne(statement);
    }
  }

  private static IllegalArgumentException notOne(String statement) {
    return new IllegalArgumentException(
        "\"" + statement + "\" is not one nftables rule on one line with closed quotes and braces");
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}

package dev.weft.kernel;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** The language of {@code nft(8)}: writes tables in it and refuses what would be read otherwise. */
final class NftText {
  /** NFT_NAME_MAXLEN of the kernel, with its closing zero. */
  private static final int MAX_NAME = 255;

  /** NFTNL_UDATA_COMMENT_MAXLEN of libnftnl. */
  private static final int MAX_COMMENT = 128;

  private final StringBuilder text = new StringBuilder();

  private NftText() {}

  /** A transaction that puts these tables in the place of those that stand. */
  static String replace(List<NftTable> tables) {
    NftText script = new NftText();
    for (NftTable table : tables) {
      // To add what exists is no error and to delete what does not is one: so add, then delete.
      script.command("add table ", table);
      script.text.append("delete table ").append(name(table)).append('\n');
      script.command("add table ", table);
      script.block(table);
    }
    return script.text.toString();
  }

  /** A transaction that fails if the table stands. */
  static String create(NftTable table) {
    NftText script = new NftText();
    // A comment is taken only as the table is created; all else only by a declaration.
    script.command("create table ", table);
    script.block(table);
    return script.text.toString();
  }

  private void command(String words, NftTable table) {
    text.append(words).append(name(table));
    text.append(" { comment \"").append(table.comment()).append("\"; }\n");
  }

  private static String name(NftTable table) {
    return table.family().text() + ' ' + table.name();
  }

  private void block(NftTable table) {
    text.append("table ").append(name(table)).append(" {\n");
    for (NftTable.Set set : table.sets()) {
      set(set);
    }
    // Declared before any has rules, so that a rule may jump to a chain that stands further down.
    for (NftTable.Chain chain : table.chains()) {
      text.append("  chain ").append(chain.name()).append(" {\n");
      chain.hook().ifPresent(this::line);
      text.append("  }\n");
    }
    for (NftTable.Chain chain : table.chains()) {
      text.append("  chain ").append(chain.name()).append(" {\n");
      for (String rule : chain.rules()) {
        line(rule);
      }
      text.append("  }\n");
    }
    text.append("}\n");
  }

  private void set(NftTable.Set set) {
    text.append(set.valueType().isPresent() ? "  map " : "  set ").append(set.name());
    text.append(" {\n    type ").append(set.keyType());
    set.valueType().ifPresent(value -> text.append(" : ").append(value));
    text.append(set.interval() ? "\n    flags interval\n  }\n" : "\n  }\n");
  }

  private void line(String statement) {
    text.append("    ").append(statement).append('\n');
  }

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

  /** A type, or several joined by dots. */
  static void type(String type) {
    for (int i = 0; i < type.length(); i++) {
      char c = type.charAt(i);
      if (!isLetter(c) && !isDigit(c) && c != '_' && c != ' ' && c != '.') {
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

package dev.weft.kernel.linux;

import dev.weft.kernel.NftTable;
import java.util.List;

/** Writes tables in the language of {@code nft(8)}. */
final class NftScript {
  private final StringBuilder text = new StringBuilder();

  private NftScript() {}

  /** A transaction that puts these tables in the place of those that stand. */
  static String replace(List<NftTable> tables) {
    NftScript script = new NftScript();
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
    NftScript script = new NftScript();
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
    // Each once: to declare a chain again is to change it, and nft then waits for the kernel to
    // free
    // what was before. A rule may jump to a chain that stands further down all the same.
    for (NftTable.Chain chain : table.chains()) {
      text.append("  chain ").append(chain.name()).append(" {\n");
      chain.hook().ifPresent(this::line);
      for (String rule : chain.rules()) {
        line(rule);
      }
      text.append("  }\n");
    }
    text.append("}\n");
  }

  private void set(NftTable.Set set) {
    text.append(set.valueType().isPresent() ? "  map " : "  set ").append(set.name());
    boolean ofPacket = set.keyType().startsWith("@");
    text.append(ofPacket ? " {\n    typeof " : " {\n    type ").append(set.keyType());
    set.valueType().ifPresent(value -> text.append(" : ").append(value));
    text.append(set.interval() ? "\n    flags interval\n  }\n" : "\n  }\n");
  }

  private void line(String statement) {
    text.append("    ").append(statement).append('\n');
  }
}

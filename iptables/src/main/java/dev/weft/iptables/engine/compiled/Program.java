package dev.weft.iptables.engine.compiled;

import dev.weft.iptables.engine.Hook;
import dev.weft.iptables.ruleset.TableName;
import java.util.List;

/**
 * Compiled rules.
 *
 * @param code instructions, see {@link Op}
 * @param entries by {@link #base}: where the base chain begins; negative: there is none
 * @param drops by {@link #base}: whether its policy is DROP
 * @param reasons why packets are undecided
 * @param undecidable the rules that do so, as far as they are known before a packet comes
 * @param chains how many there are: jumps are not nested deeper
 */
@SuppressWarnings("ArrayRecordComponent") // not compared
record Program(
    int[] code,
    int[] entries,
    boolean[] drops,
    Dispatch[] dispatches,
    Recollected[] recents,
    List<String> reasons,
    List<Undecidable> undecidable,
    int chains) {
  private static final int TABLES = TableName.values().length;
  static final int BASES = TABLES * Hook.values().length;

  static int base(Hook hook, TableName table) {
    return Op.number(hook) * TABLES + Op.number(table);
  }
}

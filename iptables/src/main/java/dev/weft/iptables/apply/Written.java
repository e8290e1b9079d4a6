package dev.weft.iptables.apply;

import java.util.List;

/**
 * What one call wrote.
 *
 * @param full whether the kernel was read first and everything was compared with it
 * @param tables how much of which table; those that nothing is written to are among them
 * @param findings what was not as it had been left, or is not as it should be and cannot be mended
 *     here, each a sentence for the log; nothing if it was not looked for. Long lists are cut short
 */
public record Written(boolean full, List<TableCount> tables, List<String> findings) {

  public Written {
    tables = List.copyOf(tables);
    findings = List.copyOf(findings);
  }

  /**
   * How much of one table.
   *
   * @param written rules, elements and chains that this call put, changed or deleted
   * @param standing rules or elements of ours that now stand
   */
  public record TableCount(String table, int written, int standing) {}
}

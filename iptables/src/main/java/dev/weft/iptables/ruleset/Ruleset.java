package dev.weft.iptables.ruleset;

import dev.weft.net.IpFamily;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * All iptables rules of one family in one network namespace, as far as they are known.
 *
 * @param tables in the order in which a packet meets them
 */
public record Ruleset(IpFamily family, Map<TableName, Table> tables) {

  public Ruleset {
    Map<TableName, Table> ordered = new EnumMap<>(TableName.class);
    ordered.putAll(tables);
    tables = Collections.unmodifiableMap(ordered);
  }

  /**
   * Tables under their own names.
   *
   * @throws IllegalArgumentException if two have the same name
   */
  public static Ruleset of(IpFamily family, Collection<Table> tables) {
    Map<TableName, Table> byName = new EnumMap<>(TableName.class);
    for (Table table : tables) {
      if (byName.put(table.name(), table) != null) {
        throw new IllegalArgumentException(
            "the table " + table.name().text() + " is there twice; a ruleset has it once");
      }
    }
    return new Ruleset(family, byName);
  }

  /** A table, or nothing if no rule of it is known. */
  public Optional<Table> table(TableName name) {
    return Optional.ofNullable(tables.get(name));
  }
}

package dev.weft.kernel;

import java.util.List;
import java.util.Map;

/**
 * One iptables table as {@code iptables-save} shows it.
 *
 * @param chains name to rules; a rule as its words, unquoted, without {@code -A CHAIN}
 */
public record IptablesTable(String name, Map<String, List<List<String>>> chains) {}

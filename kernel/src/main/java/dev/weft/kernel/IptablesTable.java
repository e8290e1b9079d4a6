package dev.weft.kernel;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One iptables table as {@code iptables-save} shows it.
 *
 * @param chains name to rules; a rule as its words, unquoted, without {@code -A CHAIN}
 */
public record IptablesTable(String name, Map<String, List<List<String>>> chains) {

  public IptablesTable {
    Map<String, List<List<String>>> copy = new LinkedHashMap<>();
    for (Map.Entry<String, List<List<String>>> chain : chains.entrySet()) {
      copy.put(chain.getKey(), List.copyOf(chain.getValue()));
    }
    chains = Collections.unmodifiableMap(copy);
  }

  /** The rules of a chain, or nothing if there is no such chain. */
  public Optional<List<List<String>>> rules(String chain) {
    return Optional.ofNullable(chains.get(chain));
  }
}

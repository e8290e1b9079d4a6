package dev.weft.kernel;

import java.util.List;

/**
 * One line of an {@code iptables-restore} transaction. A rule is given as its words, which are
 * quoted where they must be: no word from outside can become another option.
 */
public sealed interface IptablesChange {
  String chain();

  /** Creates a chain, or empties it if it stands. */
  record NewChain(String chain) implements IptablesChange {}

  record Append(String chain, List<String> rule) implements IptablesChange {}

  /** Puts a rule before all others. */
  record Prepend(String chain, List<String> rule) implements IptablesChange {}

  record Delete(String chain, List<String> rule) implements IptablesChange {}

  record Flush(String chain) implements IptablesChange {}

  /** The chain must be empty and nothing may jump to it. */
  record DeleteChain(String chain) implements IptablesChange {}
}

package dev.weft.kernel;

import java.util.List;

/**
 * One line of an {@code iptables-restore} transaction. A rule is given as its words, which are
 * quoted where they must be: no word from outside can become another option. Written in the order
 * and form that {@code iptables-save} prints ({@code -s 10.1.0.5/32}, the comment behind the
 * addresses, {@code -j} last), it is found again by comparing words. Control characters are refused
 * with an {@link IllegalArgumentException}.
 */
public sealed interface IptablesChange {
  /** The chain that is changed, by name. */
  String chain();

  /** Creates a chain that must not exist: one that stands is never emptied by accident. */
  record NewChain(String chain) implements IptablesChange {
    public NewChain {
      IptablesSyntax.chain(chain);
    }
  }

  /** Puts a rule behind all others. */
  record Append(String chain, List<String> rule) implements IptablesChange {
    public Append {
      IptablesSyntax.chain(chain);
      IptablesSyntax.rule(rule);
      rule = List.copyOf(rule);
    }
  }

  /** Puts a rule before all others. */
  record Prepend(String chain, List<String> rule) implements IptablesChange {
    public Prepend {
      IptablesSyntax.chain(chain);
      IptablesSyntax.rule(rule);
      rule = List.copyOf(rule);
    }
  }

  /** Removes the first rule that is equal to this one; there must be one. */
  record Delete(String chain, List<String> rule) implements IptablesChange {
    public Delete {
      IptablesSyntax.chain(chain);
      IptablesSyntax.rule(rule);
      rule = List.copyOf(rule);
    }
  }

  /** Removes all rules of a chain. */
  record Flush(String chain) implements IptablesChange {
    public Flush {
      IptablesSyntax.chain(chain);
    }
  }

  /** The chain must be empty and nothing may jump to it. */
  record DeleteChain(String chain) implements IptablesChange {
    public DeleteChain {
      IptablesSyntax.chain(chain);
    }
  }
}

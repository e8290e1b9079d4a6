package dev.weft.iptables.compile;

import dev.weft.iptables.ruleset.Chain;
import dev.weft.iptables.ruleset.Rule;
import dev.weft.services.ServedPort;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * The rules of one port: chains of its own, and what it has to say in chains that all share.
 * Without regard to other ports, so that a change of one makes only its own rules anew.
 */
public final class PortRules {
  private final Map<SharedChain, List<Rule>> shared;
  private final List<Chain> own;

  private PortRules(Map<SharedChain, List<Rule>> shared, List<Chain> own) {
    this.shared = shared;
    this.own = own;
  }

  /** Compiles a port by itself. */
  public static PortRules of(ServedPort port, Names names, NodeFacts node) {
    PortWords words = PortWords.of(port, names, node);
    return new PortRules(PortFrontends.rules(words), PortChains.of(words));
  }

  /** What it says in a chain that all ports share. */
  public List<Rule> in(SharedChain chain) {
    return shared.getOrDefault(chain, List.of());
  }

  /** The chains of the table nat that are its own. */
  public List<Chain> own() {
    return Collections.unmodifiableList(own);
  }
}

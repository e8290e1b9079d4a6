package dev.weft.iptables.engine.compiled;

import dev.weft.iptables.ruleset.Chain;
import dev.weft.iptables.ruleset.Match;
import dev.weft.iptables.ruleset.NatRange;
import dev.weft.iptables.ruleset.PortRange;
import dev.weft.iptables.ruleset.Rule;
import dev.weft.iptables.ruleset.Target;
import dev.weft.iptables.ruleset.Transport;
import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import java.util.List;
import java.util.Optional;

/**
 * A chain that leads packets to an endpoint, and first jumps somewhere with those that come from
 * it: as most chains are where Services are served.
 */
record EndpointChain(IpAddress address, int port, int protocol) {

  /** What a chain leads to, or nothing if it has another form. */
  static Optional<EndpointChain> of(Chain chain) {
    List<Rule> rules = chain.rules();
    return rules.size() == 2
            && rules.get(0).target().orElse(null) instanceof Target.Jump
            && rules.get(1).target().orElse(null)
                instanceof Target.Dnat(NatRange to, boolean _, boolean _)
        ? endpoint(to, protocol(rules.get(1))).filter(endpoint -> endpoint.isHairpin(rules.get(0)))
        : Optional.empty();
  }

  private static Optional<EndpointChain> endpoint(NatRange to, int protocol) {
    return protocol >= 0
            && to.addresses().isPresent()
            && to.addresses().get().first().equals(to.addresses().get().last())
            && to.ports().isPresent()
            && to.ports().get().first() == to.ports().get().last()
        ? Optional.of(
            new EndpointChain(
                to.addresses().get().first(),
                to.ports().map(PortRange::first).orElseThrow(),
                protocol))
        : Optional.empty();
  }

  /** The only thing that a rule asks for; -1 if it asks for something else. */
  private static int protocol(Rule rule) {
    int protocol = -1;
    for (Match match : rule.matches()) {
      if (alwaysHolds(match)) {
        continue;
      }
      int asked =
          switch (match) {
            case Match.Protocol(String name, boolean negated) ->
                negated ? -1 : Protocols.number(name).orElse(-1);
            case Match.Ports(Transport transport, var from, var to) ->
                from.isEmpty() && to.isEmpty() ? transport.number() : -1;
            default -> -1;
          };
      if (asked < 0 || (protocol >= 0 && asked != protocol)) {
        return -1;
      }
      protocol = asked;
    }
    return protocol;
  }

  private static boolean alwaysHolds(Match match) {
    return match instanceof Match.Comment || match instanceof Match.Accounting;
  }

  private boolean isHairpin(Rule rule) {
    boolean from = false;
    for (Match match : rule.matches()) {
      if (match instanceof Match.Source(IpPrefix prefix, boolean negated)
          && !negated
          && prefix.equals(IpPrefix.host(address))) {
        from = true;
      } else if (!alwaysHolds(match)) {
        return false;
      }
    }
    return from;
  }
}

package dev.weft.iptables.compile;

import dev.weft.iptables.ruleset.Match;
import dev.weft.iptables.ruleset.Origin;
import dev.weft.iptables.ruleset.Rule;
import dev.weft.iptables.ruleset.Target;
import dev.weft.iptables.ruleset.Transport;
import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import dev.weft.services.ServedPort;
import dev.weft.services.TrafficPolicy;

/**
 * What the rules of one port are said with.
 *
 * @param label what it is called in comments
 */
record PortWords(ServedPort port, Names names, NodeFacts node, String label) {

  static PortWords of(ServedPort port, Names names, NodeFacts node) {
    return new PortWords(port, names, node, port.toString());
  }

  boolean isServed() {
    return port.backends().anywhere();
  }

  boolean isServedInternally() {
    return !port.internalBackends().isEmpty();
  }

  boolean isServedExternally() {
    return !port.externalBackends().isEmpty();
  }

  /** Where packets to the cluster IP go. */
  String internalChain() {
    return port.internalPolicy() == TrafficPolicy.LOCAL ? names.local(port) : names.cluster(port);
  }

  Transport transport() {
    return switch (port.protocol()) {
      case TCP -> Transport.TCP;
      case UDP -> Transport.UDP;
      case SCTP -> Transport.SCTP;
    };
  }

  Match[] to(IpAddress address, String comment) {
    return new Match[] {
      new Match.Destination(IpPrefix.host(address)),
      new Match.Protocol(transport()),
      comment(comment),
      Match.Ports.to(transport(), port.port())
    };
  }

  static Match[] with(Match first, Match... others) {
    Match[] all = new Match[others.length + 1];
    all[0] = first;
    System.arraycopy(others, 0, all, 1, others.length);
    return all;
  }

  Match comment(String words) {
    return new Match.Comment(label + words);
  }

  Target masquerade() {
    return jump(names.shared(SharedChain.MARK_MASQ.suffix()));
  }

  static Target jump(String chain) {
    return new Target.Jump(chain);
  }

  Rule rule(String clause, Target target, Match... matches) {
    return Rule.of(target, matches).from(new Origin(label, clause));
  }
}

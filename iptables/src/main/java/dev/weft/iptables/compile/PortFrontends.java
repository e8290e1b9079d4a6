package dev.weft.iptables.compile;

import dev.weft.iptables.ruleset.Match;
import dev.weft.iptables.ruleset.Rule;
import dev.weft.iptables.ruleset.Side;
import dev.weft.iptables.ruleset.Target;
import dev.weft.iptables.ruleset.Transport;
import dev.weft.net.IpAddress;
import dev.weft.services.ServedPort;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where packets to one port come in: what it has to say in chains that all ports share. */
final class PortFrontends {
  private static final String REFUSED = "icmp-port-unreachable";
  private static final String REFUSED_V6 = "icmp6-port-unreachable";

  private final PortWords words;
  private final ServedPort port;
  private final Names names;
  private final Map<SharedChain, List<Rule>> shared = new LinkedHashMap<>();

  private PortFrontends(PortWords words) {
    this.words = words;
    this.port = words.port();
    this.names = words.names();
  }

  /** By the chain that they are in. */
  static Map<SharedChain, List<Rule>> rules(PortWords words) {
    PortFrontends frontends = new PortFrontends(words);
    frontends.frontends();
    return frontends.shared;
  }

  private void frontends() {
    Match[] cluster = words.to(port.clusterIp(), " cluster IP");
    if (words.isServedInternally()) {
      add(SharedChain.SERVICES, "cluster IP", PortWords.jump(words.internalChain()), cluster);
    } else {
      refuse(SharedChain.FILTER_SERVICES, "cluster IP", port.clusterIp());
    }
    for (IpAddress address : port.externalIps()) {
      String clause = "external IP " + address;
      if (words.isServed()) {
        Match[] matches = words.to(address, " external IP");
        add(SharedChain.SERVICES, clause, PortWords.jump(names.external(port)), matches);
      }
      refuseExternal(clause, address);
    }
    for (IpAddress address : port.loadBalancerIps()) {
      balancerIp(address);
    }
    if (port.nodePort() != 0) {
      nodePort();
    }
    if (port.healthCheckNodePort() != 0) {
      add(
          SharedChain.FILTER_NODEPORTS,
          "health check node port",
          Target.Verdict.ACCEPT,
          new Match.Protocol(Transport.TCP),
          words.comment(" health check node port"),
          Match.Ports.to(Transport.TCP, port.healthCheckNodePort()));
    }
  }

  private void balancerIp(IpAddress address) {
    String clause = "load balancer IP " + address;
    boolean restricted = !port.sourceRanges().isEmpty();
    String chain = restricted ? names.firewall(port) : names.external(port);
    if (words.isServed()) {
      add(
          SharedChain.SERVICES,
          clause,
          PortWords.jump(chain),
          words.to(address, " loadbalancer IP"));
      if (restricted) {
        add(
            SharedChain.PROXY_FIREWALL,
            "source ranges",
            Target.Verdict.DROP,
            words.to(address, " traffic not accepted by " + chain));
      }
    }
    refuseExternal(clause, address);
  }

  private void nodePort() {
    String clause = "node port " + port.nodePort();
    Match protocol = new Match.Protocol(words.transport());
    Match number = Match.Ports.to(words.transport(), port.nodePort());
    if (words.isServed()) {
      add(
          SharedChain.NODEPORTS,
          clause,
          PortWords.jump(names.external(port)),
          protocol,
          words.comment(""),
          number);
    }
    if (!words.isServedExternally()) {
      add(
          SharedChain.EXTERNAL_SERVICES,
          clause,
          refusal(),
          protocol,
          words.comment(whyRefused()),
          new Match.AddressType(Side.DESTINATION, Match.Kind.LOCAL, false),
          number);
    }
  }

  private void refuseExternal(String clause, IpAddress address) {
    if (!words.isServedExternally()) {
      refuse(SharedChain.EXTERNAL_SERVICES, clause, address);
    }
  }

  private void refuse(SharedChain chain, String clause, IpAddress address) {
    add(chain, clause, refusal(), words.to(address, whyRefused()));
  }

  /** Who is served elsewhere may be served here soon, and is not told that there is nobody. */
  private Target refusal() {
    return words.isServed()
        ? Target.Verdict.DROP
        : new Target.Reject(port.family().bits() == 32 ? REFUSED : REFUSED_V6);
  }

  private String whyRefused() {
    return words.isServed() ? " has no local endpoints" : " has no endpoints";
  }

  private void add(SharedChain chain, String clause, Target target, Match... matches) {
    shared.computeIfAbsent(chain, _ -> new ArrayList<>()).add(words.rule(clause, target, matches));
  }
}

package dev.weft.iptables.compile;

import dev.weft.iptables.ruleset.Chain;
import dev.weft.iptables.ruleset.Match;
import dev.weft.iptables.ruleset.NatRange;
import dev.weft.iptables.ruleset.Origin;
import dev.weft.iptables.ruleset.Rule;
import dev.weft.iptables.ruleset.Side;
import dev.weft.iptables.ruleset.Target;
import dev.weft.iptables.ruleset.Transport;
import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import dev.weft.services.Backend;
import dev.weft.services.ServedPort;
import dev.weft.services.TrafficPolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;

/**
 * The rules of one port: chains of its own, and what it has to say in chains that all share.
 * Without regard to other ports, so that a change of one makes only its own rules anew.
 */
public final class PortRules {
  private static final String REFUSED = "icmp-port-unreachable";
  private static final String REFUSED_V6 = "icmp6-port-unreachable";

  private final ServedPort port;
  private final Names names;
  private final NodeFacts node;
  private final PodMatches pods;

  /** What it is called in comments. */
  private final String label;

  private final Map<Backend, String> endpoints = new HashMap<>();
  private final Map<SharedChain, List<Rule>> shared = new LinkedHashMap<>();
  private final List<Chain> own = new ArrayList<>();

  private PortRules(ServedPort port, Names names, NodeFacts node) {
    this.port = port;
    this.names = names;
    this.node = node;
    this.pods = PodMatches.of(node.localPods(), port.family());
    this.label = port.toString();
  }

  /** Compiles a port by itself. */
  public static PortRules of(ServedPort port, Names names, NodeFacts node) {
    PortRules rules = new PortRules(port, names, node);
    rules.frontends();
    rules.chains();
    return rules;
  }

  /** What it says in a chain that all ports share. */
  public List<Rule> in(SharedChain chain) {
    return shared.getOrDefault(chain, List.of());
  }

  /** The chains of the table nat that are its own. */
  public List<Chain> own() {
    return Collections.unmodifiableList(own);
  }

  private boolean isServed() {
    return port.backends().anywhere();
  }

  private boolean isServedInternally() {
    return !port.internalBackends().isEmpty();
  }

  private boolean isServedExternally() {
    return !port.externalBackends().isEmpty();
  }

  // Where packets come in

  private void frontends() {
    Match[] cluster = to(port.clusterIp(), " cluster IP");
    if (isServedInternally()) {
      add(SharedChain.SERVICES, "cluster IP", jump(internalChain()), cluster);
    } else {
      refuse(SharedChain.FILTER_SERVICES, "cluster IP", port.clusterIp());
    }
    for (IpAddress address : port.externalIps()) {
      String clause = "external IP " + address;
      if (isServed()) {
        Match[] matches = to(address, " external IP");
        add(SharedChain.SERVICES, clause, jump(names.external(port)), matches);
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
          comment(" health check node port"),
          Match.Ports.to(Transport.TCP, port.healthCheckNodePort()));
    }
  }

  private void balancerIp(IpAddress address) {
    String clause = "load balancer IP " + address;
    boolean restricted = !port.sourceRanges().isEmpty();
    String chain = restricted ? names.firewall(port) : names.external(port);
    if (isServed()) {
      add(SharedChain.SERVICES, clause, jump(chain), to(address, " loadbalancer IP"));
      if (restricted) {
        add(
            SharedChain.PROXY_FIREWALL,
            "source ranges",
            Target.Verdict.DROP,
            to(address, " traffic not accepted by " + chain));
      }
    }
    refuseExternal(clause, address);
  }

  private void nodePort() {
    String clause = "node port " + port.nodePort();
    Match protocol = new Match.Protocol(transport());
    Match number = Match.Ports.to(transport(), port.nodePort());
    if (isServed()) {
      add(SharedChain.NODEPORTS, clause, jump(names.external(port)), protocol, comment(""), number);
    }
    if (!isServedExternally()) {
      add(
          SharedChain.EXTERNAL_SERVICES,
          clause,
          refusal(),
          protocol,
          comment(whyRefused()),
          new Match.AddressType(Side.DESTINATION, Match.Kind.LOCAL, false),
          number);
    }
  }

  private void refuseExternal(String clause, IpAddress address) {
    if (!isServedExternally()) {
      refuse(SharedChain.EXTERNAL_SERVICES, clause, address);
    }
  }

  private void refuse(SharedChain chain, String clause, IpAddress address) {
    add(chain, clause, refusal(), to(address, whyRefused()));
  }

  /** Who is served elsewhere may be served here soon, and is not told that there is nobody. */
  private Target refusal() {
    return isServed()
        ? Target.Verdict.DROP
        : new Target.Reject(port.family().bits() == 32 ? REFUSED : REFUSED_V6);
  }

  private String whyRefused() {
    return isServed() ? " has no local endpoints" : " has no endpoints";
  }

  // Where they go

  private void chains() {
    List<Rule> cluster = new ArrayList<>();
    List<Rule> local = new ArrayList<>();
    if (isServedInternally()) {
      boolean isLocal = port.internalPolicy() == TrafficPolicy.LOCAL;
      masqueradeInternal(isLocal ? local : cluster);
    }
    Collection<Backend> reachable = new TreeSet<>();
    if (port.usesClusterBackends() && !port.backends().cluster().isEmpty()) {
      choose(cluster, port.backends().cluster());
      reachable.addAll(port.backends().cluster());
      own.add(Chain.own(names.cluster(port), cluster));
    }
    if (port.usesLocalBackends() && !port.backends().local().isEmpty()) {
      choose(local, port.backends().local());
      reachable.addAll(port.backends().local());
      own.add(Chain.own(names.local(port), local));
    }
    if (isServed() && port.isExternallyAccessible()) {
      own.add(Chain.own(names.external(port), external()));
      if (!port.loadBalancerIps().isEmpty() && !port.sourceRanges().isEmpty()) {
        own.add(Chain.own(names.firewall(port), firewall()));
      }
    }
    for (Backend backend : reachable) {
      own.add(Chain.own(endpointChain(backend), endpoint(backend)));
    }
  }

  private String internalChain() {
    return port.internalPolicy() == TrafficPolicy.LOCAL ? names.local(port) : names.cluster(port);
  }

  private void masqueradeInternal(List<Rule> rules) {
    Match[] cluster = to(port.clusterIp(), " cluster IP");
    String clause = "masquerade of what comes from elsewhere";
    if (node.masqueradeAll()) {
      rules.add(rule(clause, masquerade(), cluster));
    } else {
      pods.no().ifPresent(foreign -> rules.add(rule(clause, masquerade(), with(foreign, cluster))));
    }
  }

  private List<Rule> external() {
    List<Rule> rules = new ArrayList<>();
    String what = label + " external destinations";
    if (port.externalPolicy() == TrafficPolicy.CLUSTER) {
      rules.add(
          rule(
              "masquerade of external traffic",
              masquerade(),
              new Match.Comment("masquerade traffic for " + what)));
    } else {
      String clause = "external traffic policy Local";
      Match.AddressType fromNode = new Match.AddressType(Side.SOURCE, Match.Kind.LOCAL, false);
      Target anywhere = jump(names.cluster(port));
      pods.yes()
          .ifPresent(
              podMatch ->
                  rules.add(
                      rule(
                          clause,
                          anywhere,
                          podMatch,
                          new Match.Comment("pod traffic for " + what))));
      rules.add(
          rule(
              clause,
              masquerade(),
              new Match.Comment("masquerade LOCAL traffic for " + what),
              fromNode));
      rules.add(
          rule(clause, anywhere, new Match.Comment("route LOCAL traffic for " + what), fromNode));
    }
    if (isServedExternally()) {
      boolean isLocal = port.externalPolicy() == TrafficPolicy.LOCAL;
      String chain = isLocal ? names.local(port) : names.cluster(port);
      rules.add(rule("external traffic", jump(chain)));
    }
    return rules;
  }

  private List<Rule> firewall() {
    List<Rule> rules = new ArrayList<>();
    boolean fromNode = false;
    for (IpPrefix range : port.sourceRanges()) {
      rules.add(allowed(range));
      fromNode |= node.addresses().stream().anyMatch(range::contains);
    }
    if (fromNode) {
      // Where the balancer's address is one of the node's, packets from here may bear it.
      for (IpAddress address : port.loadBalancerIps()) {
        rules.add(allowed(IpPrefix.host(address)));
      }
    }
    rules.add(
        new Rule(
            List.of(
                new Match.Comment(
                    "other traffic to "
                        + label
                        + " will be dropped by "
                        + names.shared(SharedChain.PROXY_FIREWALL.suffix()))),
            Optional.empty(),
            Optional.of(new Origin(label, "source ranges"))));
    return rules;
  }

  private Rule allowed(IpPrefix range) {
    return rule(
        "source range " + range,
        jump(names.external(port)),
        new Match.Source(range),
        comment(" loadbalancer IP"));
  }

  /** First who has been here, then each with the same chance: of n the first one with 1/n. */
  private void choose(List<Rule> rules, List<Backend> backends) {
    if (port.affinity().isPresent()) {
      for (Backend backend : backends) {
        Match known =
            new Match.Recent(
                Match.Recent.Action.RCHECK,
                OptionalInt.of((int) port.affinity().get().toSeconds()),
                true,
                endpointChain(backend),
                wholeAddress(),
                Side.SOURCE,
                false);
        rules.add(rule("affinity", toEndpoint(backend), arrow(backend), known));
      }
    }
    for (int i = 0; i < backends.size(); i++) {
      Backend backend = backends.get(i);
      int left = backends.size() - i;
      rules.add(
          left == 1
              ? rule("endpoint " + backend, toEndpoint(backend), arrow(backend))
              : rule(
                  "endpoint " + backend,
                  toEndpoint(backend),
                  arrow(backend),
                  Match.Random.of(1.0 / left)));
    }
  }

  private Match arrow(Backend backend) {
    return comment(" -> " + backend);
  }

  private Target toEndpoint(Backend backend) {
    return jump(endpointChain(backend));
  }

  private List<Rule> endpoint(Backend backend) {
    List<Match> matches = new ArrayList<>();
    matches.add(new Match.Protocol(transport()));
    matches.add(comment(""));
    if (port.affinity().isPresent()) {
      matches.add(
          new Match.Recent(
              Match.Recent.Action.SET,
              OptionalInt.empty(),
              false,
              endpointChain(backend),
              wholeAddress(),
              Side.SOURCE,
              false));
    }
    matches.add(new Match.Ports(transport(), Optional.empty(), Optional.empty()));
    Rule hairpin =
        rule(
            "hairpin",
            masquerade(),
            new Match.Source(IpPrefix.host(backend.address())),
            comment(""));
    Target change = new Target.Dnat(NatRange.of(backend.address(), backend.port()));
    return List.of(hairpin, rule("endpoint " + backend, change, matches.toArray(new Match[0])));
  }

  private String endpointChain(Backend backend) {
    return endpoints.computeIfAbsent(backend, known -> names.endpoint(port, known));
  }

  private IpAddress wholeAddress() {
    byte[] ones = new byte[port.family().bytes()];
    Arrays.fill(ones, (byte) 0xFF);
    return IpAddress.of(ones);
  }

  // Words

  private Transport transport() {
    return switch (port.protocol()) {
      case TCP -> Transport.TCP;
      case UDP -> Transport.UDP;
      case SCTP -> Transport.SCTP;
    };
  }

  private Match[] to(IpAddress address, String comment) {
    return new Match[] {
      new Match.Destination(IpPrefix.host(address)),
      new Match.Protocol(transport()),
      comment(comment),
      Match.Ports.to(transport(), port.port())
    };
  }

  private static Match[] with(Match first, Match... others) {
    Match[] all = new Match[others.length + 1];
    all[0] = first;
    System.arraycopy(others, 0, all, 1, others.length);
    return all;
  }

  private Match comment(String words) {
    return new Match.Comment(label + words);
  }

  private Target masquerade() {
    return jump(names.shared(SharedChain.MARK_MASQ.suffix()));
  }

  private static Target jump(String chain) {
    return new Target.Jump(chain);
  }

  private Rule rule(String clause, Target target, Match... matches) {
    return Rule.of(target, matches).from(new Origin(label, clause));
  }

  private void add(SharedChain chain, String clause, Target target, Match... matches) {
    shared.computeIfAbsent(chain, _ -> new ArrayList<>()).add(rule(clause, target, matches));
  }
}

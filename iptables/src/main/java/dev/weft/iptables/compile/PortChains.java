package dev.weft.iptables.compile;

import dev.weft.iptables.ruleset.Chain;
import dev.weft.iptables.ruleset.Match;
import dev.weft.iptables.ruleset.NatRange;
import dev.weft.iptables.ruleset.Origin;
import dev.weft.iptables.ruleset.Rule;
import dev.weft.iptables.ruleset.Side;
import dev.weft.iptables.ruleset.Target;
import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import dev.weft.services.Backend;
import dev.weft.services.ServedPort;
import dev.weft.services.TrafficPolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;

/** Where packets to one port go: the chains of the table nat that are its own. */
final class PortChains {
  private final PortWords words;
  private final ServedPort port;
  private final Names names;
  private final NodeFacts node;
  private final PodMatches pods;
  private final Map<Backend, String> endpoints = new HashMap<>();
  private final List<Chain> own = new ArrayList<>();

  private PortChains(PortWords words) {
    this.words = words;
    this.port = words.port();
    this.names = words.names();
    this.node = words.node();
    this.pods = PodMatches.of(node.localPods(), port.family());
  }

  static List<Chain> of(PortWords words) {
    PortChains chains = new PortChains(words);
    chains.chains();
    return chains.own;
  }

  private void chains() {
    List<Rule> cluster = new ArrayList<>();
    List<Rule> local = new ArrayList<>();
    if (words.isServedInternally()) {
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
    if (words.isServed() && port.isExternallyAccessible()) {
      own.add(Chain.own(names.external(port), external()));
      if (!port.loadBalancerIps().isEmpty() && !port.sourceRanges().isEmpty()) {
        own.add(Chain.own(names.firewall(port), firewall()));
      }
    }
    for (Backend backend : reachable) {
      own.add(Chain.own(endpointChain(backend), endpoint(backend)));
    }
  }

  private void masqueradeInternal(List<Rule> rules) {
    Match[] cluster = words.to(port.clusterIp(), " cluster IP");
    String clause = "masquerade of what comes from elsewhere";
    if (node.masqueradeAll()) {
      rules.add(words.rule(clause, words.masquerade(), cluster));
    } else {
      pods.no()
          .ifPresent(
              foreign ->
                  rules.add(
                      words.rule(clause, words.masquerade(), PortWords.with(foreign, cluster))));
    }
  }

  private List<Rule> external() {
    List<Rule> rules = new ArrayList<>();
    String what = words.label() + " external destinations";
    if (port.externalPolicy() == TrafficPolicy.CLUSTER) {
      rules.add(
          words.rule(
              "masquerade of external traffic",
              words.masquerade(),
              new Match.Comment("masquerade traffic for " + what)));
    } else {
      String clause = "external traffic policy Local";
      Match.AddressType fromNode = new Match.AddressType(Side.SOURCE, Match.Kind.LOCAL, false);
      Target anywhere = PortWords.jump(names.cluster(port));
      pods.yes()
          .ifPresent(
              podMatch ->
                  rules.add(
                      words.rule(
                          clause,
                          anywhere,
                          podMatch,
                          new Match.Comment("pod traffic for " + what))));
      rules.add(
          words.rule(
              clause,
              words.masquerade(),
              new Match.Comment("masquerade LOCAL traffic for " + what),
              fromNode));
      rules.add(
          words.rule(
              clause, anywhere, new Match.Comment("route LOCAL traffic for " + what), fromNode));
    }
    if (words.isServedExternally()) {
      boolean isLocal = port.externalPolicy() == TrafficPolicy.LOCAL;
      String chain = isLocal ? names.local(port) : names.cluster(port);
      rules.add(words.rule("external traffic", PortWords.jump(chain)));
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
                        + words.label()
                        + " will be dropped by "
                        + names.shared(SharedChain.PROXY_FIREWALL.suffix()))),
            Optional.empty(),
            Optional.of(new Origin(words.label(), "source ranges"))));
    return rules;
  }

  private Rule allowed(IpPrefix range) {
    return words.rule(
        "source range " + range,
        PortWords.jump(names.external(port)),
        new Match.Source(range),
        words.comment(" loadbalancer IP"));
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
        rules.add(words.rule("affinity", toEndpoint(backend), arrow(backend), known));
      }
    }
    for (int i = 0; i < backends.size(); i++) {
      Backend backend = backends.get(i);
      int left = backends.size() - i;
      rules.add(
          left == 1
              ? words.rule("endpoint " + backend, toEndpoint(backend), arrow(backend))
              : words.rule(
                  "endpoint " + backend,
                  toEndpoint(backend),
                  arrow(backend),
                  Match.Random.of(1.0 / left)));
    }
  }

  private Match arrow(Backend backend) {
    return words.comment(" -> " + backend);
  }

  private Target toEndpoint(Backend backend) {
    return PortWords.jump(endpointChain(backend));
  }

  private List<Rule> endpoint(Backend backend) {
    List<Match> matches = new ArrayList<>();
    matches.add(new Match.Protocol(words.transport()));
    matches.add(words.comment(""));
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
    matches.add(new Match.Ports(words.transport(), Optional.empty(), Optional.empty()));
    Rule hairpin =
        words.rule(
            "hairpin",
            words.masquerade(),
            new Match.Source(IpPrefix.host(backend.address())),
            words.comment(""));
    Target change = new Target.Dnat(NatRange.of(backend.address(), backend.port()));
    return List.of(
        hairpin, words.rule("endpoint " + backend, change, matches.toArray(new Match[0])));
  }

  private String endpointChain(Backend backend) {
    return endpoints.computeIfAbsent(backend, known -> names.endpoint(port, known));
  }

  private IpAddress wholeAddress() {
    byte[] ones = new byte[port.family().bytes()];
    Arrays.fill(ones, (byte) 0xFF);
    return IpAddress.of(ones);
  }
}

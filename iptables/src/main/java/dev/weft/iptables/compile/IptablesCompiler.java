package dev.weft.iptables.compile;

import dev.weft.iptables.ruleset.Chain;
import dev.weft.iptables.ruleset.Match;
import dev.weft.iptables.ruleset.Match.CtState;
import dev.weft.iptables.ruleset.Origin;
import dev.weft.iptables.ruleset.Rule;
import dev.weft.iptables.ruleset.Ruleset;
import dev.weft.iptables.ruleset.Side;
import dev.weft.iptables.ruleset.Table;
import dev.weft.iptables.ruleset.TableName;
import dev.weft.iptables.ruleset.Target;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import dev.weft.services.ServedPort;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes iptables rules of one family, in the shape that people know from kube-proxy's iptables
 * mode: what differs is the prefix of the names and the bit of the mark.
 *
 * <p>The base chains of the result have only what leads to our chains.
 */
public final class IptablesCompiler {
  private static final IpPrefix LOOPBACK = IpPrefix.of("127.0.0.0/8");
  private static final Set<CtState> NEW = EnumSet.of(CtState.NEW);

  private final Names names;
  private final NodeFacts node;
  private final IpFamily family;

  private final Map<SharedChain, List<Rule>> shared = new EnumMap<>(SharedChain.class);
  private final List<Chain> ofPorts = new ArrayList<>();

  private IptablesCompiler(Names names, NodeFacts node, IpFamily family) {
    this.names = names;
    this.node = node;
    this.family = family;
    for (SharedChain chain : SharedChain.values()) {
      shared.put(chain, new ArrayList<>());
    }
  }

  /**
   * The rules for these ports, as far as they are of this family.
   *
   * @param ports in any order
   */
  public static Ruleset compile(
      Collection<ServedPort> ports, NodeFacts node, Names names, IpFamily family) {
    IptablesCompiler compiler = new IptablesCompiler(names, node, family);
    for (ServedPort port : new TreeSet<>(ports)) {
      if (port.family() == family) {
        compiler.add(PortRules.of(port, names, node));
      }
    }
    return compiler.finish();
  }

  private void add(PortRules rules) {
    shared.forEach((chain, all) -> all.addAll(rules.in(chain)));
    ofPorts.addAll(rules.own());
  }

  private Ruleset finish() {
    nodePorts();
    masquerade();
    forward();
    guardLoopback();
    return Ruleset.of(family, List.of(nat(), filter()));
  }

  /** The last rules of SERVICES: whatever else comes to this node may be meant for a node port. */
  private void nodePorts() {
    Match comment =
        new Match.Comment(
            "kubernetes service nodeports; NOTE: this must be the last rule in this chain");
    Target nodePorts = jump(SharedChain.NODEPORTS);
    List<Rule> services = chain(SharedChain.SERVICES);
    switch (node.nodePortAddresses()) {
      case NodePortAddresses.All(boolean loopback) -> {
        Match local = new Match.AddressType(Side.DESTINATION, Match.Kind.LOCAL, false);
        IpPrefix own = family == IpFamily.V4 ? LOOPBACK : IpPrefix.of("::1/128");
        services.add(
            loopback && family == IpFamily.V4
                ? ours("node ports", nodePorts, comment, local)
                : ours("node ports", nodePorts, new Match.Destination(own, true), comment, local));
      }
      case NodePortAddresses.Only(List<IpAddress> addresses) -> {
        for (IpAddress address : addresses) {
          if (address.family() == family) {
            Match destination = new Match.Destination(IpPrefix.host(address));
            services.add(ours("node ports", nodePorts, destination, comment));
          }
        }
      }
    }
  }

  private void masquerade() {
    int bit = names.masqueradeBit();
    chain(SharedChain.MARK_MASQ).add(ours("masquerade", Target.SetMark.bits(bit)));
    List<Rule> rules = chain(SharedChain.POSTROUTING);
    rules.add(ours("masquerade", Target.Verdict.RETURN, new Match.Mark(bit, bit, true)));
    // Off again, lest a packet that comes this way twice is masqueraded twice.
    rules.add(ours("masquerade", new Target.SetMark(bit, 0)));
    rules.add(
        ours(
            "masquerade",
            new Target.Masquerade(Target.PortChoice.RANDOM_FULLY),
            new Match.Comment("kubernetes service traffic requiring SNAT")));
  }

  private void forward() {
    List<Rule> rules = chain(SharedChain.FORWARD);
    if (node.dropInvalid()) {
      rules.add(
          ours(
              "packets of no connection",
              Target.Verdict.DROP,
              new Match.ConnectionState(EnumSet.of(CtState.INVALID), false)));
    }
    rules.add(
        ours(
            "forwarding",
            Target.Verdict.ACCEPT,
            new Match.Comment("kubernetes forwarding rules"),
            Match.Mark.bits(names.masqueradeBit())));
    rules.add(
        ours(
            "forwarding",
            Target.Verdict.ACCEPT,
            new Match.Comment("kubernetes forwarding conntrack rule"),
            new Match.ConnectionState(EnumSet.of(CtState.RELATED, CtState.ESTABLISHED), false)));
  }

  private void guardLoopback() {
    if (node.servesLoopback() && family == IpFamily.V4) {
      chain(SharedChain.FIREWALL)
          .add(
              ours(
                  "loopback guard",
                  Target.Verdict.DROP,
                  new Match.Source(LOOPBACK, true),
                  new Match.Destination(LOOPBACK),
                  new Match.Comment("block incoming localnet connections"),
                  new Match.ConnectionState(
                      EnumSet.of(CtState.RELATED, CtState.ESTABLISHED, CtState.DNAT), true)));
    }
  }

  private Table nat() {
    Rule portals = ours("services", jump(SharedChain.SERVICES), comment("service portals"));
    List<Chain> chains = new ArrayList<>();
    chains.add(Chain.base("PREROUTING", Chain.Policy.ACCEPT, List.of(portals)));
    chains.add(Chain.base("OUTPUT", Chain.Policy.ACCEPT, List.of(portals)));
    chains.add(
        Chain.base(
            "POSTROUTING",
            Chain.Policy.ACCEPT,
            List.of(
                ours("masquerade", jump(SharedChain.POSTROUTING), comment("postrouting rules")))));
    addShared(TableName.NAT, chains);
    chains.addAll(ofPorts);
    return Table.of(TableName.NAT, chains);
  }

  private Table filter() {
    Match isNew = new Match.ConnectionState(NEW, false);
    Rule guard = ours("loopback guard", jump(SharedChain.FIREWALL));
    Rule firewall =
        ours(
            "source ranges",
            jump(SharedChain.PROXY_FIREWALL),
            isNew,
            comment("load balancer firewall"));
    Rule external =
        ours(
            "services without endpoints",
            jump(SharedChain.EXTERNAL_SERVICES),
            isNew,
            comment("externally-visible service portals"));
    Rule services =
        ours(
            "services without endpoints",
            jump(SharedChain.FILTER_SERVICES),
            isNew,
            comment("service portals"));
    Rule health =
        ours(
            "health checks",
            jump(SharedChain.FILTER_NODEPORTS),
            comment("health check service ports"));
    Rule forwarding = ours("forwarding", jump(SharedChain.FORWARD), comment("forwarding rules"));
    List<Chain> chains = new ArrayList<>();
    chains.add(
        Chain.base("INPUT", Chain.Policy.ACCEPT, List.of(guard, firewall, health, external)));
    chains.add(
        Chain.base(
            "FORWARD", Chain.Policy.ACCEPT, List.of(firewall, forwarding, services, external)));
    chains.add(Chain.base("OUTPUT", Chain.Policy.ACCEPT, List.of(guard, firewall, services)));
    addShared(TableName.FILTER, chains);
    return Table.of(TableName.FILTER, chains);
  }

  private void addShared(TableName table, List<Chain> chains) {
    shared.forEach(
        (chain, rules) -> {
          if (chain.table() == table) {
            chains.add(Chain.own(names.shared(chain.suffix()), rules));
          }
        });
  }

  private List<Rule> chain(SharedChain chain) {
    return shared.computeIfAbsent(chain, _ -> new ArrayList<>());
  }

  private Target jump(SharedChain chain) {
    return new Target.Jump(names.shared(chain.suffix()));
  }

  private static Match comment(String words) {
    return new Match.Comment("kubernetes " + words);
  }

  private static Rule ours(String clause, Target target, Match... matches) {
    return Rule.of(target, matches).from(new Origin("weft", clause));
  }
}

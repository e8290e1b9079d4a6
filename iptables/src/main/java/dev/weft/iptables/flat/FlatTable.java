package dev.weft.iptables.flat;

import dev.weft.iptables.compile.Names;
import dev.weft.iptables.compile.NodeFacts;
import dev.weft.iptables.compile.NodePortAddresses;
import dev.weft.kernel.nft.ChainDefinition;
import dev.weft.kernel.nft.ChainDefinition.Kind;
import dev.weft.kernel.nft.ChainDefinition.Place;
import dev.weft.kernel.nft.Expression;
import dev.weft.kernel.nft.Expression.Address;
import dev.weft.kernel.nft.Expression.Bits;
import dev.weft.kernel.nft.Expression.Found;
import dev.weft.kernel.nft.Expression.Joined;
import dev.weft.kernel.nft.Expression.Meta;
import dev.weft.kernel.nft.Expression.Side;
import dev.weft.kernel.nft.RuleDefinition;
import dev.weft.kernel.nft.Statement;
import dev.weft.kernel.nft.Statement.Tracked;
import dev.weft.kernel.nft.TableDefinition;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import dev.weft.services.LocalPods;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The chains of one family's table, which depend on the node alone. */
final class FlatTable {
  private static final String COMMENT = "Services of Kubernetes, by Weft";

  // linux/netfilter_ipv4.h: NF_IP_PRI_NAT_DST, NF_IP_PRI_FILTER, NF_IP_PRI_NAT_SRC
  private static final int DSTNAT = -100;
  private static final int FILTER = 0;
  private static final int SRCNAT = 100;

  private static final String SERVICES = "services";
  private static final String ROUTE = "route";
  private static final String RESTRICTED = FlatRuleset.SOURCE_RANGES;
  private static final String EXTERNAL = "external";
  private static final String NEAR = "near";
  private static final String PICK = "pick";
  private static final String REFUSE = "refuse";
  private static final String UNSERVED = FlatRuleset.UNSERVED;

  private final FlatSets sets;
  private final NodeFacts node;
  private final IpFamily family;
  private final int bit;

  private final Expression socket;
  private final Expression portAlone;

  private FlatTable(FlatSets sets, NodeFacts node, Names names) {
    this.sets = sets;
    this.node = node;
    this.family = sets.family();
    this.bit = names.masqueradeBit();
    Expression port = new Expression.Port(Side.DESTINATION);
    this.socket = Joined.of(sets.destination(), Meta.L4PROTO, port);
    this.portAlone = Joined.of(Meta.L4PROTO, port);
  }

  static TableDefinition of(FlatSets sets, NodeFacts node, Names names) {
    FlatTable table = new FlatTable(sets, node, names);
    return new TableDefinition(sets.family(), names.table(), COMMENT, sets.all(), table.chains());
  }

  private List<ChainDefinition> chains() {
    RuleDefinition services =
        RuleDefinition.of("connections to Services", new Statement.Jump(SERVICES));
    RuleDefinition refuse =
        RuleDefinition.of(
            "connections that nothing was found for",
            new Statement.Is(Tracked.NEW, false),
            new Statement.Is(Tracked.DNAT, true),
            new Statement.Jump(REFUSE));
    RuleDefinition unserved =
        RuleDefinition.of(
            "connections to what no Service serves",
            new Statement.Is(Tracked.NEW, false),
            new Statement.Jump(UNSERVED));
    RuleDefinition forget =
        RuleDefinition.of(
            "queueing disciplines are not to see what was noted",
            new Statement.Is(Tracked.NEW, false),
            new Statement.Is(Tracked.DNAT, false),
            new Statement.Clear(Meta.PRIORITY));
    return List.of(
        ChainDefinition.base("nat_prerouting", Kind.NAT, Place.PREROUTING, DSTNAT, services),
        ChainDefinition.base("nat_output", Kind.NAT, Place.OUTPUT, DSTNAT, services),
        ChainDefinition.base("after_output", Kind.FILTER, Place.OUTPUT, DSTNAT + 1, forget),
        ChainDefinition.base("filter_input", Kind.FILTER, Place.INPUT, FILTER, refuse),
        ChainDefinition.base(
            "filter_forward", Kind.FILTER, Place.FORWARD, FILTER, refuse, unserved),
        ChainDefinition.base("filter_output", Kind.FILTER, Place.OUTPUT, FILTER, refuse, unserved),
        ChainDefinition.base(
            "nat_postrouting",
            Kind.NAT,
            Place.POSTROUTING,
            SRCNAT,
            masqueradeMarked(),
            masqueradeHairpins()),
        ChainDefinition.own(SERVICES, services()),
        ChainDefinition.own(ROUTE, route()),
        ChainDefinition.own(RESTRICTED, restricted()),
        ChainDefinition.own(EXTERNAL, external()),
        ChainDefinition.own(NEAR, near()),
        ChainDefinition.own(PICK, List.of(pick())),
        ChainDefinition.own(REFUSE, refuse()),
        ChainDefinition.own(UNSERVED, unserved()));
  }

  private RuleDefinition masqueradeMarked() {
    return RuleDefinition.of(
        "marked on its way in",
        new Statement.Equals(Bits.masked(Meta.MARK, bit), 0, true),
        // Off again, lest a packet that comes this way twice is masqueraded twice.
        new Statement.Note(Meta.MARK, Bits.masked(Meta.MARK, ~bit)),
        new Statement.Masquerade());
  }

  private RuleDefinition masqueradeHairpins() {
    Expression way =
        Joined.of(
            sets.source(), sets.destination(), Meta.L4PROTO, new Expression.Port(Side.DESTINATION));
    return RuleDefinition.of(
        "an endpoint that reaches itself",
        new Statement.Is(Tracked.DNAT, false),
        new Statement.Has(way, sets.hairpins(), false),
        new Statement.Masquerade());
  }

  /** From where a packet is sent to what is known of it. */
  private List<RuleDefinition> services() {
    return List.of(
        RuleDefinition.of(
            "cluster IPs, external IPs, load balancer IPs",
            new Statement.Note(Meta.PRIORITY, new Found(socket, sets.frontends())),
            new Statement.Goto(ROUTE)),
        atNode(
            "node ports",
            new Statement.Note(Meta.PRIORITY, new Found(portAlone, sets.nodePorts())),
            new Statement.Goto(ROUTE)));
  }

  /** From what is known of a packet to what its endpoint is picked by. */
  private List<RuleDefinition> route() {
    List<RuleDefinition> rules = new ArrayList<>();
    Statement isInternal = isWay(Word.Way.INTERNAL);
    if (node.masqueradeAll()) {
      rules.add(RuleDefinition.of("to a cluster IP: masquerade all", isInternal, mark()));
    } else {
      fromPods(true)
          .ifPresent(
              foreign ->
                  rules.add(
                      RuleDefinition.of(
                          "to a cluster IP from elsewhere: masquerade",
                          isInternal,
                          foreign,
                          mark())));
    }
    rules.add(RuleDefinition.of("to a cluster IP", isInternal, new Statement.Goto(PICK)));
    rules.add(
        RuleDefinition.of(
            "source ranges", isWay(Word.Way.RESTRICTED), new Statement.Goto(RESTRICTED)));
    rules.add(RuleDefinition.of("external traffic", new Statement.Goto(EXTERNAL)));
    return rules;
  }

  private List<RuleDefinition> restricted() {
    Expression client = Joined.of(Bits.masked(Meta.PRIORITY, Word.PORT), sets.source());
    return List.of(
        RuleDefinition.of(
            "not within the source ranges",
            new Statement.Has(client, sets.sourceRanges(), true),
            new Statement.Drop()),
        RuleDefinition.of(
            "within the source ranges",
            new Statement.Note(Meta.PRIORITY, new Found(socket, sets.restricted())),
            new Statement.Goto(EXTERNAL)));
  }

  private List<RuleDefinition> external() {
    List<RuleDefinition> rules = new ArrayList<>();
    rules.add(
        RuleDefinition.of(
            "policy Cluster", isWay(Word.Way.EXTERNAL), mark(), new Statement.Goto(PICK)));
    fromPods(false)
        .ifPresent(
            own ->
                rules.add(
                    RuleDefinition.of(
                        "policy Local, from a pod of this node", own, new Statement.Goto(NEAR))));
    rules.add(
        RuleDefinition.of(
            "policy Local, from this node",
            new Statement.IsLocal(Side.SOURCE, false),
            mark(),
            new Statement.Goto(NEAR)));
    rules.add(RuleDefinition.of("policy Local, from outside", new Statement.Goto(PICK)));
    return rules;
  }

  /** Who is on the node need not come from outside to be served by any endpoint. */
  private List<RuleDefinition> near() {
    return List.of(
        RuleDefinition.of(
            "from here to external IPs and load balancer IPs",
            new Statement.Note(Meta.PRIORITY, new Found(socket, sets.nearFrontends())),
            new Statement.Goto(PICK)),
        RuleDefinition.of(
            "from here to node ports",
            new Statement.Note(Meta.PRIORITY, new Found(portAlone, sets.nearNodePorts())),
            new Statement.Goto(PICK)));
  }

  private Statement mark() {
    return new Statement.Note(Meta.MARK, Bits.with(Meta.MARK, bit));
  }

  private static Statement isWay(Word.Way way) {
    return new Statement.Equals(Bits.masked(Meta.PRIORITY, Word.WAY), way.bits(), false);
  }

  /** To the chain that picks an endpoint; if there is none to pick, the way ends here. */
  private RuleDefinition pick() {
    return RuleDefinition.of(
        "by the number of endpoints",
        new Statement.Dispatch(Bits.masked(Meta.PRIORITY, Word.PICK), sets.picks()));
  }

  /** Where a packet is still sent to a frontend, nothing was found for it. */
  private List<RuleDefinition> refuse() {
    Statement frontend = new Statement.Note(Meta.PRIORITY, new Found(socket, sets.frontends()));
    Statement nodePort = new Statement.Note(Meta.PRIORITY, new Found(portAlone, sets.nodePorts()));
    return List.of(
        RuleDefinition.of("no endpoint", frontend, isPick(Picks.NOBODY), new Statement.Reject()),
        RuleDefinition.of(
            "no local endpoint", frontend, isPick(Picks.ELSEWHERE), new Statement.Drop()),
        atNode("no endpoint", nodePort, isPick(Picks.NOBODY), new Statement.Reject()),
        atNode("no local endpoint", nodePort, isPick(Picks.ELSEWHERE), new Statement.Drop()));
  }

  private static Statement isPick(int pick) {
    return new Statement.Equals(Bits.masked(Meta.PRIORITY, Word.PICK), Word.pickBits(pick), false);
  }

  private List<RuleDefinition> unserved() {
    List<RuleDefinition> rules = new ArrayList<>();
    rules.add(
        RuleDefinition.of(
            "no port of the Service",
            new Statement.Has(sets.destination(), sets.clusterIps(), false),
            new Statement.Reject()));
    for (IpPrefix prefix : node.serviceCidrs()) {
      if (prefix.family() == family) {
        rules.add(
            RuleDefinition.of(
                "no Service",
                new Statement.Within(new Address(family, Side.DESTINATION), prefix, false),
                new Statement.Drop()));
      }
    }
    return rules;
  }

  /** A rule for what comes to one of the addresses where node ports are served. */
  private RuleDefinition atNode(String comment, Statement... statements) {
    Stream<Statement> isHere =
        switch (node.nodePortAddresses()) {
          case NodePortAddresses.Only _ ->
              Stream.of(new Statement.Has(sets.destination(), sets.nodeAddresses(), false));
          case NodePortAddresses.All _ ->
              Stream.of(
                  new Statement.IsLocal(Side.DESTINATION, false),
                  new Statement.Within(
                      new Address(family, Side.DESTINATION),
                      IpPrefix.of(family == IpFamily.V4 ? "127.0.0.0/8" : "::1/128"),
                      true));
        };
    return new RuleDefinition(Stream.concat(isHere, Stream.of(statements)).toList(), comment);
  }

  /** Whether a packet is one of this node's pods, if that can be told. */
  private Optional<Statement> fromPods(boolean negated) {
    return switch (node.localPods()) {
      case LocalPods.Cidrs(List<IpPrefix> prefixes) ->
          prefixes.stream()
              .filter(prefix -> prefix.family() == family)
              .findFirst()
              .map(
                  prefix ->
                      new Statement.Within(new Address(family, Side.SOURCE), prefix, negated));
      case LocalPods.Bridge(String name) ->
          Optional.of(new Statement.InInterface(name, false, negated));
      case LocalPods.InterfacePrefix(String prefix) ->
          Optional.of(new Statement.InInterface(prefix, true, negated));
      case LocalPods.Unknown _ -> Optional.empty();
    };
  }
}

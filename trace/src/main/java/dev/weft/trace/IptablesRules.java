package dev.weft.trace;

import dev.weft.iptables.compile.IptablesCompiler;
import dev.weft.iptables.compile.Names;
import dev.weft.iptables.compile.NodeFacts;
import dev.weft.iptables.compile.NodePortAddresses;
import dev.weft.iptables.engine.Branch;
import dev.weft.iptables.engine.Host;
import dev.weft.iptables.engine.Interpreter;
import dev.weft.iptables.engine.Packet;
import dev.weft.iptables.engine.Recollection;
import dev.weft.iptables.engine.Step;
import dev.weft.iptables.engine.Tracking;
import dev.weft.iptables.ruleset.Chain;
import dev.weft.iptables.ruleset.Match;
import dev.weft.iptables.ruleset.NatRange;
import dev.weft.iptables.ruleset.Rule;
import dev.weft.iptables.ruleset.Ruleset;
import dev.weft.iptables.ruleset.Side;
import dev.weft.iptables.ruleset.Table;
import dev.weft.iptables.ruleset.Target;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import dev.weft.services.LocalPods;
import dev.weft.services.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The rules as iptables mode has them. */
final class IptablesRules implements ModeRules {
  private static final String LOOPBACK = "lo";

  /** Whoever sends picks one of these; no rule of Services looks at it. */
  private static final int SOURCE_PORT = 40_000;

  private final Ruleset ruleset;
  private final Interpreter interpreter;
  private final Set<IpAddress> addresses;
  private final NodePortAddresses nodePortAddresses;

  /** By endpoint, the lists of {@code -m recent} that its clients are in; made when needed. */
  private Map<AddressPort, Set<String>> lists = Map.of();

  private IptablesRules(Ruleset ruleset, Host host, NodePortAddresses nodePortAddresses) {
    this.ruleset = ruleset;
    this.addresses = host.addresses();
    this.nodePortAddresses = nodePortAddresses;
    this.interpreter = new Interpreter(ruleset, host);
  }

  static ModeRules of(Cluster cluster, IpFamily family) {
    NodeFacts facts = NodeFacts.forIptables(cluster.node(), family);
    return new IptablesRules(
        IptablesCompiler.compile(cluster.ports(), facts, Names.WEFT, family),
        host(cluster.node(), family),
        facts.nodePortAddresses());
  }

  /** Its addresses are known; of its routes only that pods are reached otherwise than the rest. */
  private static Host host(Node node, IpFamily family) {
    Set<IpAddress> addresses = new HashSet<>();
    node.addresses().forEach(address -> addresses.add(address.address()));
    // A node that has no address of the family masquerades nothing in it.
    IpAddress source = node.primary(family).orElse(IpAddress.zero(family));
    List<Host.Route> routes = new ArrayList<>();
    routes.add(new Host.Route(IpPrefix.everything(family), Sender.OUTER_DEVICE, source));
    // What the node sends to itself and masquerades bears an address of another interface.
    routes.add(
        new Host.Route(
            IpPrefix.host(IpAddress.of(family == IpFamily.V4 ? "127.0.0.1" : "::1")),
            LOOPBACK,
            source));
    if (node.localPods() instanceof LocalPods.Cidrs(List<IpPrefix> prefixes)) {
      for (IpPrefix prefix : prefixes) {
        if (prefix.family() == family) {
          routes.add(new Host.Route(prefix, Sender.POD_DEVICE, source));
        }
      }
    }
    return new Host(addresses, routes);
  }

  @Override
  public String mode() {
    return "iptables";
  }

  @Override
  public boolean servesNodePortsAt(IpAddress address) {
    return switch (nodePortAddresses) {
      case NodePortAddresses.All(boolean loopback) ->
          address.isLoopback() ? loopback && address.isV4() : addresses.contains(address);
      case NodePortAddresses.Only(List<IpAddress> only) -> only.contains(address);
    };
  }

  @Override
  public List<Course> follow(Flow flow, Sender sender) {
    Packet packet =
        new Packet(
            flow.from(),
            flow.to().address(),
            flow.protocol().name().toLowerCase(Locale.ROOT),
            SOURCE_PORT,
            flow.to().port(),
            0);
    Tracking tracking = Tracking.of(Match.CtState.valueOf(flow.state().name()));
    Recollection recollection = recollection(flow);
    List<Branch> branches =
        switch (sender) {
          case Sender.OnNode _ -> interpreter.send(packet, tracking, recollection);
          case Sender.Via(String device, String _) ->
              interpreter.arrive(packet, device, tracking, recollection);
        };
    return branches.stream().map(IptablesRules::course).toList();
  }

  private Recollection recollection(Flow flow) {
    if (flow.affinity().isEmpty()) {
      return Recollection.EMPTY;
    }
    if (lists.isEmpty()) {
      lists = lists(ruleset);
    }
    Map<String, Map<IpAddress, Integer>> remembered = new HashMap<>();
    for (Flow.Used used : flow.affinity()) {
      for (String list : lists.getOrDefault(used.endpoint(), Set.of())) {
        remembered
            .computeIfAbsent(list, _ -> new HashMap<>())
            .merge(flow.from(), used.ageSeconds(), Math::min);
      }
    }
    return new Recollection(remembered);
  }

  private static Map<AddressPort, Set<String>> lists(Ruleset ruleset) {
    Map<AddressPort, Set<String>> lists = new HashMap<>();
    for (Table table : ruleset.tables().values()) {
      for (Chain chain : table.chains().values()) {
        for (Rule rule : chain.rules()) {
          Optional<AddressPort> endpoint = endpoint(rule);
          if (endpoint.isPresent()) {
            Set<String> all = lists.computeIfAbsent(endpoint.get(), _ -> new HashSet<>());
            for (Match match : rule.matches()) {
              if (match instanceof Match.Recent recent) {
                all.add(recent.list());
              }
            }
          }
        }
      }
    }
    return lists;
  }

  private static Optional<AddressPort> endpoint(Rule rule) {
    if (rule.target().isPresent() && rule.target().get() instanceof Target.Dnat dnat) {
      NatRange to = dnat.to();
      return to.addresses()
          .flatMap(
              addresses ->
                  to.ports().map(ports -> new AddressPort(addresses.first(), ports.first())));
    }
    return Optional.empty();
  }

  private static Course course(Branch branch) {
    List<Event> events = new ArrayList<>();
    boolean masqueraded = false;
    for (Step step : branch.trace()) {
      switch (step) {
        case Step.Asked(var hook, var table) ->
            events.add(new Event.Asked(hook.name(), table.text()));
        case Step.Applied applied -> {
          Event.Ruled ruled = ruled(applied);
          masqueraded |= ruled.effect() instanceof Event.Effect.Masquerade;
          events.add(ruled);
        }
        case Step.Rewritten(var side, var from, int fromPort, var to, int toPort) ->
            events.add(
                new Event.Rewritten(
                    side == Side.DESTINATION,
                    new AddressPort(from, fromPort),
                    new AddressPort(to, toPort)));
        case Step.Routed(String device) -> events.add(new Event.Routed(device.equals(LOOPBACK)));
        case Step.Unroutable(var destination) ->
            events.add(new Event.Stuck("no route leads to " + destination));
        case Step.Undecided(String why) -> events.add(new Event.Stuck(why));
        case Step.Drawn _, Step.Marked _, Step.Policy _ -> {}
      }
    }
    return new Course(
        branch.chance(),
        switch (branch.end()) {
          case ACCEPT -> Outcome.ACCEPT;
          case DROP -> Outcome.DROP;
          case REJECT -> Outcome.REJECT;
          case UNDECIDED -> Outcome.UNDECIDED;
        },
        branch.tracking().destination().map(to -> new AddressPort(to.address(), to.port())),
        masqueraded,
        branch.device().equals(LOOPBACK),
        events);
  }

  private static Event.Ruled ruled(Step.Applied applied) {
    Rule rule = applied.rule();
    Event.Cause cause =
        rule.origin()
            .map(origin -> new Event.Cause(origin.object(), origin.clause()))
            .orElse(Event.Cause.UNKNOWN);
    String text = "-A " + applied.chain() + " " + rule;
    return new Event.Ruled(applied.chain(), text, cause, effect(rule));
  }

  private static Event.Effect effect(Rule rule) {
    if (rule.target().isEmpty()) {
      return new Event.Effect.Nothing();
    }
    return switch (rule.target().get()) {
      case Target.Verdict verdict ->
          switch (verdict) {
            case ACCEPT -> new Event.Effect.Accept();
            case DROP -> new Event.Effect.Drop();
            case RETURN -> new Event.Effect.Return();
          };
      case Target.Jump(String chain) -> new Event.Effect.Jump(chain);
      case Target.Goto(String chain) -> new Event.Effect.Jump(chain);
      // With an empty mask the value's bits are turned over, which takes them off again.
      case Target.SetMark(int value, int mask) -> new Event.Effect.Mark((value & mask) != 0);
      case Target.Dnat _, Target.Redirect _ -> new Event.Effect.Translate();
      case Target.Snat _, Target.Masquerade _ -> new Event.Effect.Masquerade();
      case Target.Reject _ -> new Event.Effect.Reject();
      case Target.NoTrack _, Target.Opaque _ -> new Event.Effect.Nothing();
    };
  }
}

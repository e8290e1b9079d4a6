package dev.weft.trace;

import dev.weft.iptables.compile.IptablesCompiler;
import dev.weft.iptables.compile.Names;
import dev.weft.iptables.compile.NodeFacts;
import dev.weft.iptables.engine.Branch;
import dev.weft.iptables.engine.Host;
import dev.weft.iptables.engine.Interpreter;
import dev.weft.iptables.engine.Step;
import dev.weft.iptables.ruleset.Chain;
import dev.weft.iptables.ruleset.Match;
import dev.weft.iptables.ruleset.NatRange;
import dev.weft.iptables.ruleset.Rule;
import dev.weft.iptables.ruleset.Ruleset;
import dev.weft.iptables.ruleset.Table;
import dev.weft.iptables.ruleset.Target;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The rules as iptables mode has them. */
final class IptablesRules implements ModeRules {
  private final Way way;
  private final Clients clients;

  private IptablesRules(Ruleset ruleset, Way way) {
    this.way = way;
    this.clients = new Clients(() -> lists(ruleset));
  }

  static ModeRules of(Cluster cluster, IpFamily family) {
    NodeFacts facts = NodeFacts.forIptables(cluster.node(), family);
    Ruleset ruleset = IptablesCompiler.compile(cluster.ports(), facts, Names.WEFT, family);
    Host host = Way.host(cluster.node(), family);
    return new IptablesRules(
        ruleset, new Way(new Interpreter(ruleset, host), host, facts.nodePortAddresses()));
  }

  @Override
  public String mode() {
    return "iptables";
  }

  @Override
  public boolean servesNodePortsAt(IpAddress address) {
    return way.servesNodePortsAt(address);
  }

  @Override
  public List<Course> follow(Flow flow, Sender sender) {
    return way.follow(flow, sender, clients.of(flow)).stream().map(IptablesRules::course).toList();
  }

  /** The lists of {@code -m recent}. */
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
            events.add(new Event.Asked(hook.name(), "table " + table.text()));
        case Step.Applied applied -> {
          Event.Ruled ruled = ruled(applied);
          masqueraded |= ruled.effect() instanceof Event.Effect.Masquerade;
          events.add(ruled);
        }
        case Step.Drawn _, Step.Marked _, Step.Policy _ -> {}
        default -> Way.event(step).ifPresent(events::add);
      }
    }
    return Way.course(branch, masqueraded, events);
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

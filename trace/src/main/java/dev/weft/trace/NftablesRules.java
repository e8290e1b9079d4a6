package dev.weft.trace;

import dev.weft.iptables.compile.Names;
import dev.weft.iptables.compile.NodeFacts;
import dev.weft.iptables.engine.Branch;
import dev.weft.iptables.engine.Host;
import dev.weft.iptables.engine.Interpreter;
import dev.weft.iptables.engine.Recollection;
import dev.weft.iptables.engine.Step;
import dev.weft.iptables.flat.FlatElement;
import dev.weft.iptables.flat.FlatRuleset;
import dev.weft.kernel.NftElement;
import dev.weft.kernel.NftValue;
import dev.weft.kernel.nft.Expression;
import dev.weft.kernel.nft.Statement;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The rules as nftables mode has them. */
final class NftablesRules implements ModeRules {
  private final Way way;
  private final Clients clients;

  private NftablesRules(FlatRuleset ruleset, Way way) {
    this.way = way;
    this.clients = new Clients(() -> lists(ruleset));
  }

  static ModeRules of(Cluster cluster, IpFamily family) {
    NodeFacts facts = NodeFacts.forNftables(cluster.node(), family);
    FlatRuleset ruleset = FlatRuleset.compile(cluster.ports(), facts, Names.WEFT, family);
    Host host = Way.host(cluster.node(), family);
    return new NftablesRules(
        ruleset, new Way(new Interpreter(ruleset, host), host, facts.nodePortAddresses()));
  }

  @Override
  public String mode() {
    return "nftables";
  }

  @Override
  public boolean servesNodePortsAt(IpAddress address) {
    return way.servesNodePortsAt(address);
  }

  @Override
  public List<Course> follow(Flow flow, Sender sender) {
    return way.follow(flow, sender, clients.of(flow)).stream().map(NftablesRules::course).toList();
  }

  /** Endpoints that clients are remembered with have a number of their own. */
  private static Map<AddressPort, Set<String>> lists(FlatRuleset ruleset) {
    Map<AddressPort, Set<String>> lists = new HashMap<>();
    for (FlatElement each : ruleset.elements()) {
      NftElement element = each.element();
      if (element.key().getFirst() instanceof NftValue.Mark(int number)
          && element.key().size() == 1
          && element.value().isPresent()
          && element.value().get().getFirst() instanceof NftValue.Address(var address)
          && element.value().get().getLast() instanceof NftValue.Port(int port)) {
        lists
            .computeIfAbsent(new AddressPort(address, port), _ -> new HashSet<>())
            .add(Recollection.ofEndpoint(number));
      }
    }
    return lists;
  }

  private static Course course(Branch branch) {
    List<Event> events = new ArrayList<>();
    Event.Cause service = Event.Cause.UNKNOWN;
    boolean masqueraded = false;
    for (Step step : branch.trace()) {
      switch (step) {
        case Step.Called(var hook, var chain) ->
            events.add(new Event.Asked(hook.name(), "chain " + chain));
        case Step.Followed followed -> {
          for (FlatElement element : followed.found()) {
            Event.Ruled found = found(followed.chain(), element);
            if (found.cause().isOfService()) {
              service = found.cause();
            }
            if (!found.cause().object().isEmpty()) {
              events.add(found);
            }
          }
          Event.Ruled ruled = ruled(followed, service);
          masqueraded |= ruled.effect() instanceof Event.Effect.Masquerade;
          events.add(ruled);
        }
        default -> Way.event(step).ifPresent(events::add);
      }
    }
    return Way.course(branch, masqueraded, events);
  }

  private static Event.Ruled found(String chain, FlatElement element) {
    String object = element.origin().object();
    return new Event.Ruled(
        chain,
        "@" + element.set() + " { " + element.text() + " }",
        chain.equals(FlatRuleset.UNSERVED)
            ? new Event.Cause(Event.Cause.SHARED, "an address of " + object)
            : new Event.Cause(object, element.origin().clause()),
        new Event.Effect.Find());
  }

  private static Event.Ruled ruled(Step.Followed followed, Event.Cause service) {
    Event.Effect effect = effect(followed);
    Event.Cause shared = new Event.Cause(Event.Cause.SHARED, followed.rule().comment());
    Event.Cause cause =
        switch (effect) {
          // A rule of all, but it is the Service that wants it.
          case Event.Effect.Drop _ when followed.chain().equals(FlatRuleset.SOURCE_RANGES) ->
              new Event.Cause(service.object(), "source ranges");
          case Event.Effect.Translate _ ->
              new Event.Cause(
                  service.object(),
                  followed.rule().comment().equals(FlatRuleset.AFFINITY)
                      ? "affinity"
                      : service.clause());
          case Event.Effect.Drop _, Event.Effect.Reject _ when isOfService(followed, service) ->
              service;
          default -> shared;
        };
    String text = followed.chain() + ": " + followed.rule();
    return new Event.Ruled(followed.chain(), text, cause, effect);
  }

  private static boolean isOfService(Step.Followed followed, Event.Cause service) {
    return followed.found().stream()
        .anyMatch(element -> element.origin().object().equals(service.object()));
  }

  /** What a rule is there for; that it goes on elsewhere counts if it does nothing else. */
  private static Event.Effect effect(Step.Followed followed) {
    Event.Effect leads = new Event.Effect.Nothing();
    Event.Effect does = leads;
    for (Statement statement : followed.rule().statements()) {
      switch (statement) {
        case Statement.Dnat _ -> does = new Event.Effect.Translate();
        case Statement.Masquerade _ -> does = new Event.Effect.Masquerade();
        case Statement.Reject _ -> does = new Event.Effect.Reject();
        case Statement.Drop _ -> does = new Event.Effect.Drop();
        case Statement.Note(Expression.Meta where, Expression.Bits(_, _, int flip))
            when where == Expression.Meta.MARK ->
            does = new Event.Effect.Mark(flip != 0);
        case Statement.Goto(String chain) -> leads = new Event.Effect.Jump(chain);
        case Statement.Jump(String chain) -> leads = new Event.Effect.Jump(chain);
        case Statement.Dispatch _ -> {
          if (followed.found().getLast().element().value().orElseThrow().getFirst()
              instanceof NftValue.Goto(String chain)) {
            leads = new Event.Effect.Jump(chain);
          }
        }
        default -> {}
      }
    }
    return does instanceof Event.Effect.Nothing ? leads : does;
  }
}

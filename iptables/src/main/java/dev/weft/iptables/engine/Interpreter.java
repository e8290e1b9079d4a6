package dev.weft.iptables.engine;

import dev.weft.iptables.engine.Branch.End;
import dev.weft.iptables.flat.FlatRuleset;
import dev.weft.iptables.ruleset.Match;
import dev.weft.iptables.ruleset.Ruleset;
import dev.weft.iptables.ruleset.Side;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Follows a packet through the hooks of the kernel, rule by rule, with NAT and connection tracking.
 * Of a random choice all branches are followed. Answers of a connection, fragments, bridged frames
 * and what the kernel checks besides rules (reverse paths, martian addresses) are left out.
 */
public final class Interpreter {
  private final Supplier<HookRules> rules;
  private final Host host;

  /** Follows packets through rules of iptables. */
  public Interpreter(Ruleset ruleset, Host host) {
    this.rules = () -> new IptablesHooks(ruleset, host);
    this.host = host;
  }

  /** Follows packets through the table of nftables mode. */
  public Interpreter(FlatRuleset ruleset, Host host) {
    NftHooks hooks = new NftHooks(ruleset, host);
    this.rules = () -> hooks;
    this.host = host;
  }

  /**
   * A packet that comes by an interface.
   *
   * @param in the interface
   * @param tracking of its connection before it
   * @param recollection what the lists of {@code -m recent} hold before it
   */
  public List<Branch> arrive(
      Packet packet, String in, Tracking tracking, Recollection recollection) {
    Way way = new Way();
    List<State> states =
        way.ask(Hook.PREROUTING, List.of(start(packet, in, tracking, recollection)));
    return branches(each(states, way::routed));
  }

  /** A packet that the node itself sends; see {@link #arrive}. */
  public List<Branch> send(Packet packet, Tracking tracking, Recollection recollection) {
    Way way = new Way();
    State start = route(start(packet, "", tracking, recollection));
    List<State> asked = way.ask(Hook.OUTPUT, List.of(start));
    List<State> sent = way.ask(Hook.POSTROUTING, each(asked, state -> reroute(packet, state)));
    return branches(each(sent, way::looped));
  }

  private static State start(
      Packet packet, String in, Tracking tracking, Recollection recollection) {
    // Errors about a connection get its translation, as its later packets do.
    boolean known =
        tracking.is(Match.CtState.ESTABLISHED)
            || (tracking.is(Match.CtState.RELATED) && packet.protocol().contains("icmp"));
    Set<Side> natDone = known ? EnumSet.allOf(Side.class) : EnumSet.noneOf(Side.class);
    return new State(packet, in, "", tracking, recollection, natDone, 1, null, Optional.empty());
  }

  private State route(State state) {
    Optional<String> device = host.device(state.packet().destination());
    return device
        .map(name -> state.between(state.in(), name).then(new Step.Routed(name)))
        .orElseGet(
            () -> state.then(new Step.Unroutable(state.packet().destination())).end(End.DROP));
  }

  private List<State> reroute(Packet sent, State state) {
    boolean same = state.packet().destination().equals(sent.destination());
    return List.of(same ? state : route(state));
  }

  private static List<Branch> branches(List<State> states) {
    return states.stream().map(State::branch).toList();
  }

  /** Leaves alone what has ended. */
  static List<State> each(List<State> states, Function<State, List<State>> next) {
    List<State> all = new ArrayList<>();
    for (State state : states) {
      all.addAll(state.end().isPresent() ? List.of(state) : next.apply(state));
    }
    return all;
  }

  /** One packet's way. */
  private final class Way {
    private final HookRules asked = rules.get();

    List<State> ask(Hook hook, List<State> states) {
      return each(states, state -> asked.ask(hook, state));
    }

    /** From PREROUTING on. */
    List<State> routed(State state) {
      return each(
          List.of(route(state)),
          known ->
              known.out().equals(Host.LOOPBACK)
                  ? delivered(known)
                  : ask(
                      Hook.POSTROUTING,
                      each(
                          ask(Hook.FORWARD, List.of(known)),
                          passed -> List.of(passed.between("", passed.out())))));
    }

    private List<State> delivered(State state) {
      List<State> asked = ask(Hook.INPUT, List.of(state.between(state.in(), "")));
      return asked.stream().map(end -> end.between(end.in(), Host.LOOPBACK)).toList();
    }

    /** What the node sends to itself arrives there by the loopback interface. */
    List<State> looped(State state) {
      return state.out().equals(Host.LOOPBACK)
          ? each(ask(Hook.PREROUTING, List.of(state.between(Host.LOOPBACK, ""))), this::routed)
          : List.of(state);
    }
  }
}

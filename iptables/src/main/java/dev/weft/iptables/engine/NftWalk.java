package dev.weft.iptables.engine;

import dev.weft.iptables.engine.Branch.End;
import dev.weft.iptables.flat.FlatElement;
import dev.weft.iptables.ruleset.Match;
import dev.weft.iptables.ruleset.Side;
import dev.weft.kernel.NftValue;
import dev.weft.kernel.nft.ChainDefinition;
import dev.weft.kernel.nft.Expression;
import dev.weft.kernel.nft.Expression.Meta;
import dev.weft.kernel.nft.RuleDefinition;
import dev.weft.kernel.nft.SetDefinition;
import dev.weft.kernel.nft.Statement;
import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A packet's ways through one base chain of nftables. */
final class NftWalk {
  private final Map<String, ChainDefinition> chains;
  private final NftSets sets;
  private final Host host;
  private final Translation translation;
  private final Deque<Place> open = new ArrayDeque<>();
  private final List<State> done = new ArrayList<>();

  NftWalk(Map<String, ChainDefinition> chains, NftSets sets, Host host) {
    this.chains = chains;
    this.sets = sets;
    this.host = host;
    this.translation = new Translation(host);
  }

  /** A chain, a rule of it, and where the chain's end leads; none: out of the base chain. */
  private record Frame(ChainDefinition chain, int rule, @Nullable Frame caller) {
    Frame next() {
      return new Frame(chain, rule + 1, caller);
    }
  }

  /**
   * Which statement of a rule is to be done next.
   *
   * @param priority of the packet
   * @param found by this rule so far
   * @param chance with which this rule came to it
   */
  private record Place(
      State state,
      int priority,
      Frame frame,
      int statement,
      List<FlatElement> found,
      double chance) {

    static Place at(State state, int priority, Frame frame) {
      return new Place(state, priority, frame, 0, List.of(), 1);
    }

    Place nextRule() {
      return at(state, priority, frame.next());
    }

    Place nextStatement() {
      return new Place(state, priority, frame, statement + 1, found, chance);
    }

    Place with(State changed) {
      return new Place(changed, priority, frame, statement, found, chance);
    }

    Place withPriority(int changed) {
      return new Place(state, changed, frame, statement, found, chance);
    }

    Place having(FlatElement element) {
      List<FlatElement> more = new ArrayList<>(found);
      more.add(element);
      return new Place(state, priority, frame, statement, more, chance);
    }

    Place times(double factor) {
      return new Place(state.times(factor), priority, frame, statement, found, chance * factor);
    }

    RuleDefinition rule() {
      return frame.chain().rules().get(frame.rule());
    }
  }

  /** A value, and the place where it was had: of a random one there are several. */
  private record Had(Place place, List<NftValue> value) {}

  /** What the packet may be afterwards: ended, or accepted by this chain. */
  List<State> run(ChainDefinition base, State start) {
    open.push(Place.at(start, 0, new Frame(base, 0, null)));
    while (!open.isEmpty()) {
      Place place = open.pop();
      if (place.frame().rule() == place.frame().chain().rules().size()) {
        Frame caller = place.frame().caller();
        if (caller == null) {
          done.add(place.state());
        } else {
          open.push(Place.at(place.state(), place.priority(), caller));
        }
      } else if (place.statement() == place.rule().statements().size()) {
        open.push(followed(place).nextRule());
      } else {
        carryOut(place.rule().statements().get(place.statement()), place);
      }
    }
    return done;
  }

  private static Place followed(Place place) {
    Step step =
        new Step.Followed(
            place.frame().chain().name(),
            place.frame().rule() + 1,
            place.rule(),
            place.found(),
            place.chance());
    return place.with(place.state().then(step));
  }

  private void carryOut(Statement statement, Place place) {
    State state = place.state();
    switch (statement) {
      case Statement.Equals(Expression value, int number, boolean negated) ->
          goOnIf(place, (mark(plain(value, place)) == number) != negated);
      case Statement.Within(Expression.Address address, IpPrefix prefix, boolean negated) ->
          goOnIf(place, prefix.contains(address(plain(address, place))) != negated);
      case Statement.InInterface(String name, boolean prefix, boolean negated) ->
          goOnIf(
              place, (prefix ? state.in().startsWith(name) : state.in().equals(name)) != negated);
      case Statement.IsLocal(Expression.Side side, boolean negated) ->
          goOnIf(place, host.isLocal(state.packet().address(side(side))) != negated);
      case Statement.Is(Statement.Tracked what, boolean negated) -> {
        Match.CtState asked =
            what == Statement.Tracked.NEW ? Match.CtState.NEW : Match.CtState.DNAT;
        goOnIf(place, state.tracking().is(asked) != negated);
      }
      case Statement.Has(Expression key, SetDefinition set, boolean negated) ->
          lookFor(place, plain(key, place), set, negated);
      case Statement.Note(Meta where, Expression value) -> {
        for (Had had : compute(value, place)) {
          open.push(noted(had.place(), where, mark(had.value())).nextStatement());
        }
      }
      case Statement.Clear(Meta where) -> open.push(noted(place, where, 0).nextStatement());
      case Statement.Dispatch(Expression key, SetDefinition map) -> {
        Optional<FlatElement> leads = sets.find(map.name(), plain(key, place));
        if (leads.isPresent()
            && leads.get().element().value().orElseThrow().getFirst()
                instanceof NftValue.Goto(String chain)) {
          enter(place.having(leads.get()), chain, place.frame().caller());
        } else {
          open.push(place.nextRule());
        }
      }
      case Statement.Dnat(Expression to) -> {
        for (Had had : compute(to, place)) {
          done.add(followed(had.place()).state().ledTo(endpoint(had.value())));
        }
      }
      case Statement.Masquerade _ -> done.add(translation.masquerade(followed(place).state()));
      case Statement.Reject _ -> done.add(followed(place).state().end(End.REJECT));
      case Statement.Drop _ -> done.add(followed(place).state().end(End.DROP));
      case Statement.Goto(String chain) -> enter(place, chain, place.frame().caller());
      case Statement.Jump(String chain) -> enter(place, chain, place.frame().next());
      case Statement.Remember(_, Expression key, _) -> {
        List<NftValue> client = plain(key, place);
        Recollection now = state.recollection().seen(list(client), address(client));
        open.push(place.with(state.with(now)).nextStatement());
      }
      case Statement.Forget(_, Expression key) -> {
        List<NftValue> client = plain(key, place);
        Recollection now = state.recollection().without(list(client), address(client));
        open.push(place.with(state.with(now)).nextStatement());
      }
    }
  }

  private void goOnIf(Place place, boolean holds) {
    open.push(holds ? place.nextStatement() : place.nextRule());
  }

  private void enter(Place place, String chain, @Nullable Frame caller) {
    Place left = followed(place);
    ChainDefinition entered = Objects.requireNonNull(chains.get(chain));
    open.push(Place.at(left.state(), left.priority(), new Frame(entered, 0, caller)));
  }

  private static Place noted(Place place, Meta where, int value) {
    return where == Meta.MARK ? place.with(place.state().marked(value)) : place.withPriority(value);
  }

  private void lookFor(Place place, List<NftValue> key, SetDefinition set, boolean negated) {
    if (set.size().isPresent()) {
      goOnIf(place, isRemembered(place, key) != negated);
      return;
    }
    Optional<FlatElement> element =
        set.interval() ? sets.findRange(set.name(), key) : sets.find(set.name(), key);
    Place looked = element.map(place::having).orElse(place);
    goOnIf(looked, element.isPresent() != negated);
  }

  /** For how long is what the same rule says when it remembers anew. */
  private static boolean isRemembered(Place place, List<NftValue> client) {
    Optional<Integer> age = place.state().recollection().age(list(client), address(client));
    Duration limit = Duration.ofDays(1);
    for (Statement statement : place.rule().statements()) {
      if (statement instanceof Statement.Remember remember) {
        limit = remember.timeout();
      }
    }
    return age.isPresent() && age.get() < limit.toSeconds();
  }

  /** What clients are remembered by. */
  private static String list(List<NftValue> client) {
    return Recollection.ofEndpoint(mark(client));
  }

  /** A value that neither chance nor a map has a part in. */
  private List<NftValue> plain(Expression expression, Place place) {
    Packet packet = place.state().packet();
    return switch (expression) {
      case Meta meta ->
          List.of(
              switch (meta) {
                case PRIORITY -> new NftValue.Mark(place.priority());
                case MARK -> new NftValue.Mark(packet.mark());
                case L4PROTO -> new NftValue.Protocol(number(packet.protocol()));
                case IIFNAME -> new NftValue.InterfaceName(place.state().in());
              });
      case Expression.Address(_, Expression.Side side) ->
          List.of(new NftValue.Address(packet.address(side(side))));
      case Expression.Port(Expression.Side side) ->
          List.of(new NftValue.Port(packet.port(side(side))));
      case Expression.Bits(Meta of, int keep, int flip) ->
          List.of(new NftValue.Mark((mark(plain(of, place)) & keep) ^ flip));
      case Expression.Joined(List<Expression> parts) ->
          parts.stream().flatMap(part -> plain(part, place).stream()).toList();
      case Expression.Random _, Expression.Found _ ->
          throw new IllegalArgumentException("no key can be made of " + expression);
    };
  }

  /** All values that an expression may have; where it has none, the rule ends. */
  private List<Had> compute(Expression expression, Place place) {
    if (!(expression instanceof Expression.Found(Expression key, SetDefinition map))) {
      return List.of(new Had(place, plain(expression, place)));
    }
    List<Had> all = new ArrayList<>();
    if (key instanceof Expression.Joined(List<Expression> parts)
        && parts.getLast() instanceof Expression.Random(int modulus)) {
      List<NftValue> first =
          plain(new Expression.Joined(parts.subList(0, parts.size() - 1)), place);
      for (int number = 0; number < modulus; number++) {
        List<NftValue> drawn = new ArrayList<>(first);
        drawn.add(new NftValue.Mark(number));
        find(map, drawn, place.times(1.0 / modulus), all);
      }
    } else {
      find(map, plain(key, place), place, all);
    }
    return all;
  }

  private void find(SetDefinition map, List<NftValue> key, Place place, List<Had> into) {
    Optional<FlatElement> element = sets.find(map.name(), key);
    if (element.isPresent()) {
      List<NftValue> value = element.get().element().value().orElseThrow();
      into.add(new Had(place.having(element.get()), value));
    } else {
      open.push(place.nextRule());
    }
  }

  private static Side side(Expression.Side side) {
    return side == Expression.Side.SOURCE ? Side.SOURCE : Side.DESTINATION;
  }

  private static int number(String protocol) {
    return switch (protocol) {
      case "icmp" -> 1;
      case "tcp" -> 6;
      case "udp" -> 17;
      case "ipv6-icmp" -> 58;
      case "sctp" -> 132;
      default -> 255; // reserved, and no Service's
    };
  }

  private static int mark(List<NftValue> value) {
    if (value.getFirst() instanceof NftValue.Mark(int bits)) {
      return bits;
    }
    throw new IllegalArgumentException(value + " is no number of 32 bits");
  }

  private static IpAddress address(List<NftValue> value) {
    if (value.getLast() instanceof NftValue.Address(IpAddress address)) {
      return address;
    }
    throw new IllegalArgumentException(value + " does not end with an address");
  }

  private static Tracking.Endpoint endpoint(List<NftValue> value) {
    if (value.getFirst() instanceof NftValue.Address(IpAddress address)
        && value.getLast() instanceof NftValue.Port(int port)) {
      return new Tracking.Endpoint(address, port);
    }
    throw new IllegalArgumentException(value + " is no address and port");
  }
}

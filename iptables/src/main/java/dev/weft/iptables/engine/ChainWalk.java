package dev.weft.iptables.engine;

import dev.weft.iptables.engine.Branch.End;
import dev.weft.iptables.ruleset.Chain;
import dev.weft.iptables.ruleset.Match;
import dev.weft.iptables.ruleset.Rule;
import dev.weft.iptables.ruleset.Table;
import dev.weft.iptables.ruleset.Target;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A packet's ways through one table at one hook, from its base chain on. */
final class ChainWalk {
  private final Table table;
  private final Chain base;
  private final Matcher matcher;
  private final Translation translation;
  private final Budget budget;
  private final Deque<Place> open = new ArrayDeque<>();
  private final List<State> done = new ArrayList<>();

  ChainWalk(Table table, Chain base, Host host, Budget budget) {
    this.table = table;
    this.base = base;
    this.matcher = new Matcher(host);
    this.translation = new Translation(host);
    this.budget = budget;
  }

  /** How many rules may still be tried for one packet, so that none keeps us for ever. */
  static final class Budget {
    private final @Nullable Budget whole;
    private int left;

    private Budget(@Nullable Budget whole, int rules) {
      this.whole = whole;
      this.left = rules;
    }

    Budget(int rules) {
      this(null, rules);
    }

    /** A part of it, for one walk. */
    Budget part(int rules) {
      return new Budget(this, rules);
    }

    /** Whoever walks in a circle spends all of it: the other branches would as well. */
    boolean spend() {
      if (--left < 0) {
        if (whole != null) {
          whole.left = 0;
        }
        return false;
      }
      return whole == null || whole.spend();
    }
  }

  /** A rule of a chain, and where the chain's end leads; none: to the policy. */
  private record Frame(Chain chain, int rule, @Nullable Frame caller) {
    Frame next() {
      return new Frame(chain, rule + 1, caller);
    }
  }

  /** Which match of a rule is to be tried next. */
  private record Place(State state, Frame frame, int match) {
    Place next() {
      return new Place(state, frame.next(), 0);
    }

    Place with(State changed) {
      return new Place(changed, frame, match);
    }

    Rule rule() {
      return frame.chain().rules().get(frame.rule());
    }
  }

  /** What the packet may be afterwards: ended, or accepted by this table. */
  List<State> run(State start) {
    open.push(new Place(start, new Frame(base, 0, null), 0));
    while (!open.isEmpty()) {
      Place place = open.pop();
      if (place.frame().rule() == place.frame().chain().rules().size()) {
        leave(place);
      } else if (place.match() < place.rule().matches().size()) {
        tryMatch(place);
      } else {
        apply(place);
      }
    }
    return done;
  }

  private void leave(Place place) {
    Frame caller = place.frame().caller();
    if (caller != null) {
      open.push(new Place(place.state(), caller, 0));
      return;
    }
    Chain.Policy policy = base.policy().orElseThrow();
    State state = place.state().then(new Step.Policy(table.name(), base.name(), policy));
    done.add(policy == Chain.Policy.DROP ? state.end(End.DROP) : state);
  }

  private void tryMatch(Place place) {
    if (!budget.spend()) {
      done.add(place.state().undecided("the packet meets too many rules, maybe in a circle"));
      return;
    }
    Match match = place.rule().matches().get(place.match());
    if (match instanceof Match.Random random) {
      draw(place, random);
      return;
    }
    Optional<Boolean> holds = matcher.holds(match, place.state());
    if (holds.isEmpty()) {
      doubt(place, match);
      return;
    }
    Place tried = place.with(matcher.remember(match, place.state()));
    open.push(holds.get() ? held(tried) : tried.next());
  }

  private static Place held(Place place) {
    return new Place(place.state(), place.frame(), place.match() + 1);
  }

  private void draw(Place place, Match.Random random) {
    double chance = random.negated() ? 1 - random.probability() : random.probability();
    if (chance < 1) {
      open.push(chance == 0 ? place.next() : place.with(drawn(place, chance, false)).next());
    }
    if (chance > 0) {
      open.push(held(chance == 1 ? place : place.with(drawn(place, chance, true))));
    }
  }

  /** Only what held is told: the last of many choices would else tell of all before it. */
  private State drawn(Place place, double chance, boolean holds) {
    if (!holds) {
      return place.state().times(1 - chance);
    }
    Step step =
        new Step.Drawn(
            table.name(), place.frame().chain().name(), position(place), place.rule(), chance);
    return place.state().times(chance).then(step);
  }

  private static int position(Place place) {
    return place.frame().rule() + 1;
  }

  /** It is not known whether the match holds; that may not matter. */
  private void doubt(Place place, Match unknown) {
    List<Match> all = place.rule().matches();
    List<Match> rest = all.subList(place.match() + 1, all.size());
    boolean fails =
        rest.stream()
            .anyMatch(match -> matcher.holds(match, place.state()).equals(Optional.of(false)));
    boolean matters =
        !isOnlooker(place.rule().target())
            || rest.stream().anyMatch(match -> match instanceof Match.Recent);
    if (fails || !matters) {
      open.push(place.next());
    } else {
      done.add(place.state().undecided("it is not known whether this holds: " + text(unknown)));
    }
  }

  private static String text(Match match) {
    return new Rule(List.of(match), Optional.empty(), Optional.empty()).toString();
  }

  private static boolean isOnlooker(Optional<Target> target) {
    return target.isEmpty()
        || (target.get() instanceof Target.Opaque opaque && opaque.isOnlooker());
  }

  private void apply(Place place) {
    if (!budget.spend()) {
      done.add(place.state().undecided("the packet meets too many rules, maybe in a circle"));
      return;
    }
    Rule rule = place.rule();
    Step step = new Step.Applied(table.name(), place.frame().chain().name(), position(place), rule);
    Place applied = place.with(place.state().then(step));
    State state = applied.state();
    if (rule.target().isEmpty()) {
      open.push(applied.next());
      return;
    }
    switch (rule.target().get()) {
      case Target.Verdict verdict -> decide(verdict, applied);
      case Target.Jump(String chain) -> enter(state, chain, place.frame().next());
      case Target.Goto(String chain) -> enter(state, chain, place.frame().caller());
      case Target.SetMark(int value, int mask) ->
          open.push(applied.with(state.marked((state.packet().mark() & ~mask) ^ value)).next());
      case Target.NoTrack() -> open.push(applied.with(untracked(state)).next());
      case Target.Dnat dnat -> done.add(translation.dnat(dnat, state));
      case Target.Redirect redirect -> done.add(translation.redirect(redirect, state));
      case Target.Snat snat -> done.add(translation.snat(snat, state));
      case Target.Masquerade _ -> done.add(translation.masquerade(state));
      case Target.Reject _ -> done.add(state.end(End.REJECT));
      case Target.Opaque(String text) -> {
        if (isOnlooker(rule.target())) {
          open.push(applied.next());
        } else {
          done.add(state.undecided("it is not known what this does: " + text));
        }
      }
    }
  }

  private void decide(Target.Verdict verdict, Place place) {
    switch (verdict) {
      case ACCEPT -> done.add(place.state());
      case DROP -> done.add(place.state().end(End.DROP));
      case RETURN -> {
        Chain chain = place.frame().chain();
        leave(
            new Place(
                place.state(), new Frame(chain, chain.rules().size(), place.frame().caller()), 0));
      }
    }
  }

  private void enter(State state, String chain, @Nullable Frame caller) {
    Chain entered = Objects.requireNonNull(table.chains().get(chain));
    open.push(new Place(state, new Frame(entered, 0, caller), 0));
  }

  /** A packet that comes back over the loopback has been seen already. */
  private static State untracked(State state) {
    return state.in().equals(Host.LOOPBACK)
        ? state
        : state.with(Tracking.of(Match.CtState.UNTRACKED));
  }
}

package dev.weft.iptables.engine;

import dev.weft.iptables.ruleset.Chain;
import dev.weft.iptables.ruleset.Match;
import dev.weft.iptables.ruleset.Ruleset;
import dev.weft.iptables.ruleset.Table;
import dev.weft.iptables.ruleset.TableName;
import java.util.List;
import java.util.Optional;

/** Rules of iptables, asked for one packet. */
final class IptablesHooks implements HookRules {
  /** Rules that one branch of a packet may meet in one table: a circle is noticed soon. */
  private static final int RULES = 1_000_000;

  /** Those that it may meet in all branches together: each of a Service's endpoints is one. */
  private static final int ALL_RULES = 300_000_000;

  private final Ruleset ruleset;
  private final Host host;
  private final ChainWalk.Budget budget = new ChainWalk.Budget(ALL_RULES);

  IptablesHooks(Ruleset ruleset, Host host) {
    this.ruleset = ruleset;
    this.host = host;
  }

  @Override
  public List<State> ask(Hook hook, State start) {
    List<State> now = List.of(start);
    for (TableName name : hook.tables()) {
      now =
          Interpreter.each(
              now,
              state ->
                  switch (name) {
                    case RAW -> raw(hook, state);
                    case NAT -> translate(hook, state);
                    case MANGLE, FILTER, SECURITY -> ask(hook, name, state);
                  });
    }
    return now;
  }

  /** The connection is looked up after raw, and until then counts as invalid. */
  private List<State> raw(Hook hook, State state) {
    if (state.in().equals(Host.LOOPBACK)) {
      return ask(hook, TableName.RAW, state); // it was looked up when the packet was sent
    }
    State early = state.with(Tracking.of(Match.CtState.INVALID));
    return ask(hook, TableName.RAW, early).stream()
        .map(
            asked ->
                asked.tracking().is(Match.CtState.UNTRACKED) ? asked : asked.with(state.tracking()))
        .toList();
  }

  /** The nat table is asked once in a connection for each side. */
  private List<State> translate(Hook hook, State state) {
    if (!state.tracking().isTracked()) {
      return List.of(state);
    }
    if (!state.natDone().contains(hook.natSide())) {
      return Interpreter.each(
          ask(hook, TableName.NAT, state), asked -> List.of(asked.natDone(hook.natSide())));
    }
    return List.of(state.asTranslatedBefore(hook.natSide()));
  }

  private List<State> ask(Hook hook, TableName name, State state) {
    Optional<Table> table = ruleset.table(name);
    Optional<Chain> base =
        table
            .flatMap(there -> there.chain(hook.name()))
            .filter(chain -> chain.policy().isPresent());
    if (base.isEmpty()) {
      return List.of(state);
    }
    State asked = state.then(new Step.Asked(hook, name));
    return new ChainWalk(table.orElseThrow(), base.get(), host, budget.part(RULES)).run(asked);
  }
}

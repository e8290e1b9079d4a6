package dev.weft.iptables.engine;

import dev.weft.iptables.flat.FlatRuleset;
import dev.weft.iptables.ruleset.Side;
import dev.weft.kernel.nft.ChainDefinition;
import dev.weft.kernel.nft.ChainDefinition.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The table of nftables mode, asked for any packet. */
final class NftHooks implements HookRules {
  private final Map<Hook, List<ChainDefinition>> bases = new EnumMap<>(Hook.class);
  private final Map<String, ChainDefinition> chains;
  private final NftSets sets;
  private final Host host;

  NftHooks(FlatRuleset ruleset, Host host) {
    this.host = host;
    this.sets = new NftSets(ruleset.elements());
    this.chains =
        ruleset.table().chains().stream()
            .collect(Collectors.toMap(ChainDefinition::name, chain -> chain));
    for (Hook hook : Hook.values()) {
      List<ChainDefinition> here = new ArrayList<>();
      for (ChainDefinition chain : ruleset.table().chains()) {
        if (chain.hook().isPresent() && chain.hook().get().place().name().equals(hook.name())) {
          here.add(chain);
        }
      }
      here.sort(Comparator.comparingInt(chain -> chain.hook().orElseThrow().priority()));
      bases.put(hook, here);
    }
  }

  @Override
  public List<State> ask(Hook hook, State start) {
    List<State> now = List.of(start);
    for (ChainDefinition base : bases.getOrDefault(hook, List.of())) {
      boolean translates = base.hook().orElseThrow().kind() == Kind.NAT;
      now =
          Interpreter.each(
              now, state -> translates ? translate(hook, base, state) : walk(hook, base, state));
    }
    return now;
  }

  /** Chains that translate are asked once in a connection for each side. */
  private List<State> translate(Hook hook, ChainDefinition base, State state) {
    if (!state.tracking().isTracked()) {
      return List.of(state);
    }
    Side side = hook.natSide();
    if (state.natDone().contains(side)) {
      return List.of(state.asTranslatedBefore(side));
    }
    return Interpreter.each(walk(hook, base, state), asked -> List.of(asked.natDone(side)));
  }

  private List<State> walk(Hook hook, ChainDefinition base, State state) {
    State called = state.then(new Step.Called(hook, base.name()));
    return new NftWalk(chains, sets, host).run(base, called);
  }
}

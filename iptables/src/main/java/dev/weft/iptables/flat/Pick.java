package dev.weft.iptables.flat;

import dev.weft.kernel.nft.ChainDefinition;
import dev.weft.kernel.nft.Expression;
import dev.weft.kernel.nft.Expression.Bits;
import dev.weft.kernel.nft.Expression.Found;
import dev.weft.kernel.nft.Expression.Joined;
import dev.weft.kernel.nft.Expression.Meta;
import dev.weft.kernel.nft.RuleDefinition;
import dev.weft.kernel.nft.SetDefinition;
import dev.weft.kernel.nft.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How an endpoint of a set is picked. Each way has a chain, which its name describes. */
sealed interface Pick {

  /** The name of its chain. */
  String chainName();

  /** Its chain: the packet's priority is a {@link Word}. */
  ChainDefinition chain(FlatSets sets);

  /** Any of so many, each with the same chance. */
  record Any(int endpoints) implements Pick {
    @Override
    public String chainName() {
      return "pick_1_of_" + endpoints;
    }

    @Override
    public ChainDefinition chain(FlatSets sets) {
      Expression set = Bits.masked(Meta.PRIORITY, Word.SET);
      Expression any =
          new Found(Joined.of(set, new Expression.Random(endpoints)), sets.endpoints());
      return ChainDefinition.own(
          chainName(), List.of(RuleDefinition.of("any", new Statement.Dnat(any))));
    }
  }

  /**
   * The one that the client had last, if it is still of the set; else any.
   *
   * @param endpoints of how many
   * @param numbers their numbers are below this one
   * @param local whether of those on this node
   * @param affinity for how long a client is remembered, from its last connection on
   */
  record Sticky(int endpoints, int numbers, boolean local, Duration affinity) implements Pick {
    private static final Pattern NAME =
        Pattern.compile("pick_1_of_([0-9]{1,6})_below_([0-9]{1,6})(_local)?_for_([0-9]{1,5})s");

    static Optional<Pick> parse(String chain) {
      Matcher matcher = NAME.matcher(chain);
      return matcher.matches()
          ? Optional.of(
              new Sticky(
                  Integer.parseInt(matcher.group(1)),
                  Integer.parseInt(matcher.group(2)),
                  matcher.group(3) != null,
                  Duration.ofSeconds(Long.parseLong(matcher.group(4)))))
          : Optional.empty();
    }

    @Override
    public String chainName() {
      return "pick_1_of_%d_below_%d%s_for_%ds"
          .formatted(endpoints, numbers, local ? "_local" : "", affinity.toSeconds());
    }

    @Override
    public ChainDefinition chain(FlatSets sets) {
      SetDefinition among = local ? sets.localEndpoints() : sets.allEndpoints();
      SetDefinition present = local ? sets.presentLocal() : sets.present();
      Expression client = Joined.of(Meta.PRIORITY, sets.source());
      Statement remember = new Statement.Remember(sets.affinity(), client, affinity);
      Statement go = new Statement.Dnat(new Found(Meta.PRIORITY, among));
      List<RuleDefinition> rules = new ArrayList<>();
      for (int number = 0; number < numbers; number++) {
        Expression endpoint = new Bits(Meta.PRIORITY, Word.PORT, Endpoint.numberBits(number));
        rules.add(
            RuleDefinition.of(
                FlatRuleset.AFFINITY,
                new Statement.Note(Meta.PRIORITY, endpoint),
                new Statement.Has(client, sets.affinity(), false),
                new Statement.Has(Meta.PRIORITY, present, false),
                remember,
                go));
        // Lest the client finds whoever has the number next, when it has another by then.
        rules.add(RuleDefinition.of("", new Statement.Forget(sets.affinity(), client)));
      }
      int set = local ? 1 : 0;
      Expression any =
          new Found(
              Joined.of(new Bits(Meta.PRIORITY, Word.PORT, set), new Expression.Random(endpoints)),
              sets.numbers());
      rules.add(
          RuleDefinition.of(
              "any, to be remembered", new Statement.Note(Meta.PRIORITY, any), remember, go));
      // Where too many clients are remembered.
      rules.add(RuleDefinition.of("any", go));
      return ChainDefinition.own(chainName(), rules);
    }
  }

  /** The way that a chain of this name picks; nothing if it is none. */
  static Optional<Pick> ofChain(String name) {
    Matcher any = Pattern.compile("pick_1_of_([0-9]{1,6})").matcher(name);
    return any.matches()
        ? Optional.of(new Any(Integer.parseInt(any.group(1))))
        : Sticky.parse(name);
  }
}

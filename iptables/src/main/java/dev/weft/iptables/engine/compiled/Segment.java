package dev.weft.iptables.engine.compiled;

import dev.weft.iptables.ruleset.Match;
import dev.weft.iptables.ruleset.Rule;
import dev.weft.iptables.ruleset.Target;
import dev.weft.net.IpFamily;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Some rules of a chain that follow each other. */
sealed interface Segment {

  /** The index of the first one. */
  int from();

  /** The index behind the last one. */
  int to();

  /** Rules that are tried one after another. */
  record Plain(int from, int to) implements Segment {}

  /** Jumps that have the same chance each. */
  record Even(int from, int to) implements Segment {}

  /** Jumps for who is in a list: lists of a group, asked for the same address. */
  record Recent(int from, int to) implements Segment {}

  /** Rules that name their fields, of few shapes. */
  record Dispatched(int from, int to) implements Segment {}

  /**
   * Cuts a chain.
   *
   * @param toEndpoint tells jumps to chains of endpoints, of which one alone is a choice too
   */
  static List<Segment> of(List<Rule> rules, IpFamily family, Predicate<Rule> toEndpoint) {
    return new Cut(rules, family, toEndpoint).run();
  }

  /** What a rule of a {@link Recent} asks. */
  static Match.Recent recent(Rule rule) {
    return Cut.only(Match.Recent.class, rule).orElseThrow();
  }

  /** One chain. */
  final class Cut {
    /** Fewer rules are tried faster than looked up. */
    private static final int WORTH_A_TABLE = 5;

    /** A look for each. */
    private static final int SHAPES = 4;

    /** Of 2^31; rules are printed with so many digits. */
    private static final int ROUNDING = 2;

    private final List<Rule> rules;
    private final IpFamily family;
    private final Predicate<Rule> toEndpoint;
    private final List<Segment> segments = new ArrayList<>();
    private int plainFrom;

    /** Up to here no even choice can begin: it would end in a rule that is none. */
    private int noEvenBefore;

    Cut(List<Rule> rules, IpFamily family, Predicate<Rule> toEndpoint) {
      this.rules = rules;
      this.family = family;
      this.toEndpoint = toEndpoint;
    }

    List<Segment> run() {
      int at = 0;
      while (at < rules.size()) {
        int named = named(at);
        int even = named > at ? at : even(at);
        int recent = named > at ? at : recent(at);
        if (named - at >= WORTH_A_TABLE) {
          at = add(at, new Segment.Dispatched(at, named));
        } else if (even > at) {
          at = add(at, new Segment.Even(at, even));
        } else if (recent - at > 1) {
          at = add(at, new Segment.Recent(at, recent));
        } else {
          at = Math.max(at + 1, named);
        }
      }
      add(at, null);
      return segments;
    }

    private int add(int at, @Nullable Segment segment) {
      if (plainFrom < at) {
        segments.add(new Plain(plainFrom, at));
      }
      if (segment == null) {
        return at;
      }
      segments.add(segment);
      plainFrom = segment.to();
      return segment.to();
    }

    /** The end of the rules of few shapes that begin here. */
    private int named(int from) {
      Set<Shape> shapes = new LinkedHashSet<>();
      int at = from;
      while (at < rules.size()) {
        Optional<Shape.Named> named = Shape.Named.of(rules.get(at), family);
        if (named.isEmpty() || (shapes.add(named.get().shape()) && shapes.size() > SHAPES)) {
          return at;
        }
        at++;
      }
      return at;
    }

    /** The end of the choice that begins here; the beginning if there is none. */
    private int even(int from) {
      if (isShare(rules.get(from), 1) && toEndpoint.test(rules.get(from))) {
        return from + 1;
      }
      Optional<Match.Random> first = only(Match.Random.class, rules.get(from));
      if (from < noEvenBefore || first.isEmpty() || first.get().share() == 0) {
        return from;
      }
      long count = Math.round((double) (1L << 31) / first.get().share());
      if (count < 2 || count > rules.size() - from || count >= Op.LONGEST_RULE) {
        return from;
      }
      int end = from + (int) count;
      for (int at = from; at < end; at++) {
        if (!isShare(rules.get(at), end - at)) {
          noEvenBefore = at;
          return from;
        }
      }
      return end;
    }

    private static boolean isShare(Rule rule, int left) {
      if (left == 1) {
        return isJump(rule) && rule.matches().stream().allMatch(Cut::alwaysHolds);
      }
      Optional<Match.Random> random = only(Match.Random.class, rule);
      return random.isPresent()
          && !random.get().negated()
          && Math.abs(random.get().share() - (double) (1L << 31) / left) <= ROUNDING;
    }

    /** The end of the jumps by lists that begin here. */
    private int recent(int from) {
      Optional<Match.Recent> first = only(Match.Recent.class, rules.get(from));
      int at = from;
      while (first.isPresent()
          && at < rules.size()
          && at - from < Op.LONGEST_RULE - 1
          && only(Match.Recent.class, rules.get(at))
              .filter(recent -> isAlike(recent, first.get()))
              .isPresent()) {
        at++;
      }
      return at;
    }

    private boolean isAlike(Match.Recent one, Match.Recent first) {
      return one.action() == Match.Recent.Action.RCHECK
          && !one.negated()
          && one.side() == first.side()
          && one.mask().high() == (family == IpFamily.V4 ? 0 : -1L)
          && one.mask().low() == (family == IpFamily.V4 ? 0xFFFF_FFFFL : -1L);
    }

    /** The match of a jump that has no other, if it is of this type. */
    private static <T extends Match> Optional<T> only(Class<T> type, Rule rule) {
      T found = null;
      for (Match match : rule.matches()) {
        if (found == null && type.isInstance(match)) {
          found = type.cast(match);
        } else if (!alwaysHolds(match)) {
          return Optional.empty();
        }
      }
      return isJump(rule) ? Optional.ofNullable(found) : Optional.empty();
    }

    private static boolean alwaysHolds(Match match) {
      return match instanceof Match.Comment || match instanceof Match.Accounting;
    }

    private static boolean isJump(Rule rule) {
      return rule.target().orElse(null) instanceof Target.Jump;
    }
  }
}

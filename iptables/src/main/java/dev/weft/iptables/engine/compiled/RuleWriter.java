package dev.weft.iptables.engine.compiled;

import dev.weft.iptables.ruleset.Match;
import dev.weft.iptables.ruleset.NatRange;
import dev.weft.iptables.ruleset.PortRange;
import dev.weft.iptables.ruleset.Rule;
import dev.weft.iptables.ruleset.Target;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes single rules. Packets that a rule does not keep come to the word behind it. */
final class RuleWriter {
  private static final String PICKS = "the kernel picks an address or a port from a range";

  private final IpFamily family;
  private final CodeBuffer code;
  private final MatchWriter matches;
  private final Surroundings around;

  /** What is around a rule. */
  interface Surroundings {
    /** Whether no rule is in a chain. */
    boolean isEmpty(String chain);

    /** Writes the place of a chain here once it is known. */
    void link(String chain);

    /** The number of a reason, which the current rule has. */
    int undecided(String why);
  }

  RuleWriter(IpFamily family, CodeBuffer code, MatchWriter matches, Surroundings around) {
    this.family = family;
    this.code = code;
    this.matches = matches;
    this.around = around;
  }

  /**
   * Writes a rule.
   *
   * @param named what packets that come here have; null: nothing is known of them
   */
  void write(Rule rule, Shape.@Nullable Named named) {
    List<Match> asked =
        rule.matches().stream()
            .filter(match -> !alwaysHolds(match) && (named == null || !named.implies(match)))
            .toList();
    if (isIdle(rule.target(), asked)) {
      return;
    }
    for (int i = 0; i < asked.size(); i++) {
      Match match = asked.get(i);
      List<Match> rest = asked.subList(i + 1, asked.size());
      if (!MatchWriter.isKnown(match)) {
        doubt(match, rest, rule.target());
        matches.endRule();
        return;
      }
      if (!isSaidAgain(match, rest)) {
        matches.write(match, false);
      }
    }
    rule.target().ifPresent(this::target);
    matches.endRule();
  }

  private static boolean alwaysHolds(Match match) {
    return match instanceof Match.Comment || match instanceof Match.Accounting;
  }

  /** Whether it makes no difference which packets come to this target. */
  private boolean isIdle(Optional<Target> target, List<Match> asked) {
    boolean leadsNowhere =
        target.orElse(null) instanceof Target.Jump(String chain)
            && around.isEmpty(chain)
            && asked.stream().allMatch(MatchWriter::isKnown);
    return (leadsNowhere || isOnlooker(target))
        && asked.stream().noneMatch(match -> match instanceof Match.Recent);
  }

  private static boolean isOnlooker(Optional<Target> target) {
    return target.isEmpty()
        || (target.get() instanceof Target.Opaque opaque && opaque.isOnlooker());
  }

  /** A protocol that a later match on ports asks for as well. */
  private static boolean isSaidAgain(Match match, List<Match> rest) {
    if (match instanceof Match.Protocol(String name, boolean negated) && !negated) {
      for (Match later : rest) {
        if (later instanceof Match.Ports ports && ports.transport().text().equals(name)) {
          return true;
        }
        if (later instanceof Match.Recent || !MatchWriter.isKnown(later)) {
          return false;
        }
      }
    }
    return false;
  }

  /** What comes behind may tell that the rule does not hold anyway. */
  private void doubt(Match unknown, List<Match> rest, Optional<Target> target) {
    if (isOnlooker(target) && rest.stream().noneMatch(match -> match instanceof Match.Recent)) {
      return;
    }
    for (Match match : rest) {
      if (MatchWriter.isKnown(match) && !(match instanceof Match.Random)) {
        matches.write(match, true);
      }
    }
    String text = new Rule(List.of(unknown), Optional.empty(), Optional.empty()).toString();
    undecided("it is not known whether this holds: " + text);
  }

  private void target(Target target) {
    switch (target) {
      case Target.Verdict verdict ->
          code.add(
              switch (verdict) {
                case ACCEPT -> Op.ACCEPT;
                case DROP -> Op.DROP;
                case RETURN -> Op.RETURN;
              });
      case Target.Jump(String chain) -> {
        if (!around.isEmpty(chain)) {
          code.add(Op.JUMP);
          around.link(chain);
        }
      }
      case Target.Goto(String chain) -> {
        code.add(Op.GOTO);
        around.link(chain);
      }
      case Target.SetMark(int value, int mask) -> words(Op.SET_MARK, value, mask);
      case Target.NoTrack() -> code.add(Op.NO_TRACK);
      case Target.Dnat(NatRange to, boolean _, boolean _) -> dnat(to);
      case Target.Redirect(var ports, boolean _) -> {
        if (isOne(ports)) {
          words(Op.REDIRECT, port(ports));
        } else {
          undecided(PICKS);
        }
      }
      case Target.Snat(NatRange to, var _, boolean _) -> snat(to);
      case Target.Masquerade _ -> code.add(Op.MASQUERADE);
      case Target.Reject _ -> code.add(Op.REJECT);
      case Target.Opaque opaque -> {
        if (!opaque.isOnlooker()) {
          undecided("it is not known what this does: " + opaque.text());
        }
      }
    }
  }

  private void dnat(NatRange to) {
    if (!isOneAddress(to) || !isOne(to.ports())) {
      undecided(PICKS);
    } else if (to.addresses().isEmpty()) {
      words(Op.LEAD_TO_PORT, port(to.ports()));
    } else {
      words(family == IpFamily.V4 ? Op.LEAD_TO_V4 : Op.LEAD_TO_V6, port(to.ports()));
      address(to.addresses().get().first());
    }
  }

  /** Which source port it will be is not told, so that a range of them is no doubt. */
  private void snat(NatRange to) {
    if (!isOneAddress(to)) {
      undecided(PICKS);
    } else if (to.addresses().isEmpty()) {
      code.add(Op.ACCEPT);
    } else {
      code.add(family == IpFamily.V4 ? Op.COME_FROM_V4 : Op.COME_FROM_V6);
      address(to.addresses().get().first());
    }
  }

  private static boolean isOneAddress(NatRange range) {
    return range.addresses().isEmpty()
        || range.addresses().get().first().equals(range.addresses().get().last());
  }

  private static boolean isOne(Optional<PortRange> ports) {
    return ports.isEmpty() || ports.get().first() == ports.get().last();
  }

  private static int port(Optional<PortRange> ports) {
    return ports.map(PortRange::first).orElse(-1);
  }

  private void undecided(String why) {
    words(Op.UNDECIDED, around.undecided(why));
  }

  private void words(int op, int... operands) {
    code.add(op);
    for (int operand : operands) {
      code.add(operand);
    }
  }

  private void address(IpAddress address) {
    if (family == IpFamily.V6) {
      code.addLong(address.high());
      code.addLong(address.low());
    } else {
      code.add((int) address.low());
    }
  }
}

package dev.weft.iptables.engine;

import dev.weft.iptables.ruleset.Chain;
import dev.weft.iptables.ruleset.Match;
import dev.weft.iptables.ruleset.NatRange;
import dev.weft.iptables.ruleset.PortRange;
import dev.weft.iptables.ruleset.Rule;
import dev.weft.iptables.ruleset.Ruleset;
import dev.weft.iptables.ruleset.Side;
import dev.weft.iptables.ruleset.Table;
import dev.weft.iptables.ruleset.TableName;
import dev.weft.iptables.ruleset.Target;
import dev.weft.iptables.ruleset.Transport;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;

/** Draws rulesets whose rules often concern the packets of a test. */
public final class RandomNat {
  private static final List<Match.CtState> STATES =
      List.of(Match.CtState.NEW, Match.CtState.ESTABLISHED, Match.CtState.SNAT, Match.CtState.DNAT);

  private final Random random;
  private final List<IpAddress> addresses;
  private final List<Integer> ports;
  private final List<String> devices;
  private final IpFamily family;

  /** How many rules a run has at most that differ in exact fields, as those of Services do. */
  private final int longestRun;

  /** In the names of lists, which outlive the rules that made them. */
  private int drawn;

  RandomNat(Random random, List<IpAddress> addresses, List<Integer> ports, List<String> devices) {
    this(random, addresses, ports, devices, 0);
  }

  /** With runs of rules besides; the addresses are of one family. */
  public RandomNat(
      Random random,
      List<IpAddress> addresses,
      List<Integer> ports,
      List<String> devices,
      int longestRun) {
    this.random = random;
    this.addresses = addresses;
    this.ports = ports;
    this.devices = devices;
    this.longestRun = longestRun;
    this.family = addresses.getFirst().family();
  }

  public Ruleset next() {
    drawn++;
    return Ruleset.of(
        family,
        List.of(
            table(TableName.RAW, Hook.PREROUTING, Hook.OUTPUT),
            table(TableName.MANGLE, Hook.values()),
            table(TableName.NAT, Hook.PREROUTING, Hook.INPUT, Hook.OUTPUT, Hook.POSTROUTING),
            table(TableName.FILTER, Hook.INPUT, Hook.FORWARD, Hook.OUTPUT)));
  }

  private Table table(TableName name, Hook... hooks) {
    List<Chain> chains = new ArrayList<>();
    for (Hook hook : hooks) {
      boolean drops = name == TableName.FILTER && random.nextInt(5) == 0;
      int count = random.nextInt(4);
      chains.add(
          Chain.base(
              hook.name(),
              drops ? Chain.Policy.DROP : Chain.Policy.ACCEPT,
              rules(name, hook, 0, count)));
      for (int i = 1; i <= count; i++) {
        boolean leads =
            longestRun > 0
                && name == TableName.NAT
                && hook.natSide() == Side.DESTINATION
                && random.nextBoolean();
        chains.add(
            Chain.own(
                own(hook, i), leads ? endpoint(hook, i, count) : rules(name, hook, i, count)));
      }
    }
    return Table.of(name, chains);
  }

  /** As an endpoint's chain is where Services are served. */
  private List<Rule> endpoint(Hook hook, int chain, int chains) {
    IpAddress address = pick(addresses);
    Transport transport = random.nextInt(4) > 0 ? Transport.UDP : Transport.TCP;
    Target elsewhere =
        chain < chains
            ? new Target.Jump(own(hook, chain + 1 + random.nextInt(chains - chain)))
            : new Target.SetMark(1, 1);
    return List.of(
        Rule.of(elsewhere, new Match.Source(IpPrefix.host(address))),
        Rule.of(new Target.Dnat(NatRange.of(address, pick(ports))), new Match.Protocol(transport)));
  }

  private static String own(Hook hook, int number) {
    return hook + "-" + number;
  }

  private List<Rule> rules(TableName table, Hook hook, int chain, int chains) {
    List<Rule> rules = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      rules.add(rule(table, hook, chain, chains));
      if (longestRun > 0 && random.nextInt(3) == 0) {
        rules.addAll(run(table, hook, chain, chains));
      }
    }
    return rules;
  }

  private List<Rule> run(TableName table, Hook hook, int chain, int chains) {
    boolean calls = chain < chains;
    return switch (random.nextInt(calls ? 4 : 2)) {
      case 0, 1 -> exact(table, hook, chain, chains);
      case 2 -> choice(hook, chain, chains);
      default -> remembered(hook, chain, chains);
    };
  }

  /** Rules that name single addresses and ports. */
  private List<Rule> exact(TableName table, Hook hook, int chain, int chains) {
    List<Rule> rules = new ArrayList<>();
    int shapes = 1 + random.nextInt(15);
    for (int i = random.nextInt(longestRun); i >= 0; i--) {
      List<Match> matches = new ArrayList<>();
      int fields = random.nextInt(4) == 0 ? random.nextInt(16) : shapes;
      if ((fields & 1) != 0) {
        matches.add(new Match.Source(IpPrefix.host(pick(addresses))));
      }
      if ((fields & 2) != 0) {
        matches.add(new Match.Destination(IpPrefix.host(pick(addresses))));
      }
      matches.add(new Match.Protocol(random.nextInt(4) > 0 ? Transport.UDP : Transport.TCP));
      if (random.nextInt(8) == 0) {
        matches.add(match());
      }
      if ((fields & 4) != 0) {
        matches.add(Match.Ports.to(Transport.UDP, pick(ports)));
      }
      if (random.nextInt(4) == 0) {
        matches.add(match());
      }
      boolean calls = chain < chains && random.nextBoolean();
      Target target = calls ? call(hook, chain, chains) : target(table, hook);
      rules.add(new Rule(matches, Optional.of(target), Optional.empty()));
    }
    return rules;
  }

  /** Jumps with the same chance each. */
  private List<Rule> choice(Hook hook, int chain, int chains) {
    List<Rule> rules = new ArrayList<>();
    int count = 2 + random.nextInt(4);
    for (int left = count; left > 0; left--) {
      Target jump = new Target.Jump(own(hook, chain + 1 + random.nextInt(chains - chain)));
      rules.add(left == 1 ? Rule.of(jump) : Rule.of(jump, Match.Random.of(1.0 / left)));
    }
    return rules;
  }

  /** Jumps for those who were seen. */
  private List<Rule> remembered(Hook hook, int chain, int chains) {
    List<Rule> rules = new ArrayList<>();
    Side side = random.nextBoolean() ? Side.SOURCE : Side.DESTINATION;
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      Target jump = new Target.Jump(own(hook, chain + 1 + random.nextInt(chains - chain)));
      OptionalInt seconds =
          random.nextInt(4) == 0 ? OptionalInt.empty() : OptionalInt.of(1 + random.nextInt(60));
      rules.add(Rule.of(jump, recent(Match.Recent.Action.RCHECK, seconds, side, false)));
    }
    return rules;
  }

  private Match recent(
      Match.Recent.Action action, OptionalInt seconds, Side side, boolean negated) {
    return new Match.Recent(
        action,
        seconds,
        false,
        "weft-" + drawn + "-" + random.nextInt(3),
        new IpPrefix(addresses.getFirst(), family.bits()).mask(),
        side,
        negated);
  }

  private Rule rule(TableName table, Hook hook, int chain, int chains) {
    List<Match> matches = new ArrayList<>();
    if (random.nextInt(3) == 0) {
      matches.add(new Match.Source(prefix(), random.nextBoolean()));
    }
    if (random.nextInt(3) == 0) {
      matches.add(new Match.Destination(prefix(), random.nextBoolean()));
    }
    if (random.nextInt(5) == 0 && hook != Hook.OUTPUT && hook != Hook.POSTROUTING) {
      matches.add(new Match.InInterface(pick(devices), random.nextBoolean()));
    }
    if (random.nextInt(5) == 0 && hook != Hook.PREROUTING && hook != Hook.INPUT) {
      matches.add(new Match.OutInterface(pick(devices), random.nextBoolean()));
    }
    matches.add(new Match.Protocol(Transport.UDP));
    for (int i = random.nextInt(3); i > 0; i--) {
      matches.add(match());
    }
    boolean calls = chain < chains && random.nextInt(3) > 0;
    Target target = calls ? call(hook, chain, chains) : target(table, hook);
    return new Rule(matches, Optional.of(target), Optional.empty());
  }

  private Target call(Hook hook, int chain, int chains) {
    String name = own(hook, chain + 1 + random.nextInt(chains - chain));
    return random.nextBoolean() ? new Target.Jump(name) : new Target.Goto(name);
  }

  private Match match() {
    boolean negated = random.nextInt(3) == 0;
    int bit = 1 << random.nextInt(3);
    return switch (random.nextInt(8)) {
      case 0, 1 ->
          new Match.Ports(
              Transport.UDP,
              Optional.empty(),
              Optional.of(new Match.Port(PortRange.of(pick(ports)), negated)));
      case 2 ->
          new Match.Multiport(
              Optional.of(Side.DESTINATION),
              List.of(PortRange.of(pick(ports)), PortRange.of(pick(ports))),
              negated);
      case 3 ->
          new Match.AddressType(
              random.nextBoolean() ? Side.SOURCE : Side.DESTINATION,
              random.nextBoolean() ? Match.Kind.LOCAL : Match.Kind.UNICAST,
              negated);
      case 4 -> new Match.Mark(random.nextBoolean() ? bit : 0, bit, negated);
      case 5 ->
          new Match.ConnectionState(EnumSet.copyOf(List.of(pick(STATES), pick(STATES))), negated);
      case 6 -> new Match.Random(1L << (29 + random.nextInt(2)), negated);
      default ->
          recent(
              pick(List.of(Match.Recent.Action.values())),
              OptionalInt.empty(),
              random.nextBoolean() ? Side.SOURCE : Side.DESTINATION,
              negated);
    };
  }

  private Target target(TableName table, Hook hook) {
    int bit = 1 << random.nextInt(3);
    return switch (random.nextInt(4)) {
      case 0 -> new Target.SetMark(random.nextBoolean() ? bit : 0, bit);
      case 1 -> random.nextBoolean() ? Target.Verdict.RETURN : Target.Verdict.ACCEPT;
      default ->
          switch (table) {
            case RAW -> new Target.NoTrack();
            case FILTER ->
                random.nextBoolean()
                    ? Target.Verdict.DROP
                    : new Target.Reject(
                        (family == IpFamily.V4 ? "icmp" : "icmp6") + "-port-unreachable");
            case NAT -> translation(hook);
            case MANGLE, SECURITY -> new Target.SetMark(bit, bit);
          };
    };
  }

  private Target translation(Hook hook) {
    if (hook.natSide() == Side.DESTINATION) {
      return random.nextInt(4) == 0
          ? new Target.Redirect(Optional.of(PortRange.of(pick(ports))), false)
          : new Target.Dnat(NatRange.of(pick(addresses), pick(ports)));
    }
    return hook == Hook.POSTROUTING && random.nextBoolean()
        ? new Target.Masquerade(Target.PortChoice.RANDOM_FULLY)
        : new Target.Snat(NatRange.of(pick(addresses)), Target.PortChoice.NEAR, false);
  }

  private IpPrefix prefix() {
    int host = pick(List.of(8, 1, 0));
    return new IpPrefix(pick(addresses), family.bits() - host).network();
  }

  private <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}

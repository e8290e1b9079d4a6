package dev.weft.iptables.ruleset;

import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;

/**
 * Draws rulesets that the kernel takes: each base chain calls an own one, whose rules hold what is
 * allowed at that hook, in the order in which iptables-save prints them.
 */
public final class RandomRulesets {
  /** Where in a packet's way a chain is called from. */
  private enum Place {
    ENTRY,
    EXIT,
    FILTER,
    RAW
  }

  private static final String COMMENT_LETTERS = "ab Z9-_\"\\'#!.:/>$`%äß→\t";

  private final Random random;
  private final IpFamily family;

  public RandomRulesets(Random random, IpFamily family) {
    this.random = random;
    this.family = family;
  }

  public Ruleset next() {
    return Ruleset.of(
        family,
        List.of(
            table(TableName.RAW, Place.RAW, List.of("PREROUTING"), List.of("OUTPUT")),
            nat(),
            table(TableName.FILTER, Place.FILTER, List.of("FORWARD"), List.of("INPUT", "OUTPUT"))));
  }

  private Table nat() {
    List<Chain> chains = new ArrayList<>();
    chains.addAll(chains(Place.ENTRY, "PREROUTING", Chain.Policy.ACCEPT));
    chains.addAll(chains(Place.EXIT, "POSTROUTING", Chain.Policy.ACCEPT));
    chains.add(Chain.base("INPUT", Chain.Policy.ACCEPT, List.of()));
    chains.add(Chain.base("OUTPUT", Chain.Policy.ACCEPT, List.of()));
    return Table.of(TableName.NAT, chains);
  }

  private Table table(TableName name, Place place, List<String> filled, List<String> empty) {
    List<Chain> chains = new ArrayList<>();
    for (String base : filled) {
      chains.addAll(chains(place, base, policy()));
    }
    for (String base : empty) {
      chains.add(Chain.base(base, policy(), List.of()));
    }
    return Table.of(name, chains);
  }

  private Chain.Policy policy() {
    return pick(Chain.Policy.values());
  }

  /** A base chain and own ones, which lead only to later ones, so never in a circle. */
  private List<Chain> chains(Place place, String base, Chain.Policy policy) {
    int count = 1 + random.nextInt(4);
    List<Chain> chains = new ArrayList<>();
    chains.add(Chain.base(base, policy, List.of(Rule.of(new Target.Jump(own(base, 0))))));
    for (int i = 0; i < count; i++) {
      List<Rule> rules = new ArrayList<>();
      for (int rule = random.nextInt(6); rule > 0; rule--) {
        rules.add(rule(place, base, i + 1, count));
      }
      chains.add(Chain.own(own(base, i), rules));
    }
    return chains;
  }

  private static String own(String base, int number) {
    return "T-" + base + "-" + number;
  }

  private Rule rule(Place place, String base, int nextChain, int chains) {
    List<Match> matches = new ArrayList<>();
    maybe(() -> matches.add(new Match.Source(prefix(), random.nextBoolean())));
    maybe(() -> matches.add(new Match.Destination(prefix(), random.nextBoolean())));
    if (place != Place.EXIT) {
      maybe(() -> matches.add(new Match.InInterface(pattern(), random.nextBoolean())));
    }
    if (place == Place.EXIT || place == Place.FILTER) {
      maybe(() -> matches.add(new Match.OutInterface(pattern(), random.nextBoolean())));
    }
    Optional<Transport> transport = transport(matches);
    for (int i = random.nextInt(4); i > 0; i--) {
      matches.add(match(place));
    }
    Optional<Target> target =
        switch (random.nextInt(4)) {
          case 0 -> Optional.empty();
          case 1 -> chain(base, nextChain, chains);
          default -> Optional.of(target(place, transport));
        };
    return new Rule(matches, target, Optional.empty());
  }

  private Optional<Target> chain(String base, int nextChain, int chains) {
    if (nextChain >= chains) {
      return Optional.of(Target.Verdict.RETURN);
    }
    String name = own(base, nextChain + random.nextInt(chains - nextChain));
    return Optional.of(random.nextBoolean() ? new Target.Jump(name) : new Target.Goto(name));
  }

  /** Adds what a rule says of protocols and ports. */
  private Optional<Transport> transport(List<Match> matches) {
    if (random.nextInt(3) == 0) {
      matches.add(
          new Match.Protocol(family == IpFamily.V4 ? "icmp" : "ipv6-icmp", random.nextBoolean()));
      return Optional.empty();
    }
    if (random.nextBoolean()) {
      return Optional.empty();
    }
    Transport transport = pick(Transport.values());
    matches.add(new Match.Protocol(transport));
    maybe(() -> matches.add(new Match.Ports(transport, optional(port()), optional(port()))));
    maybe(() -> matches.add(multiport()));
    return Optional.of(transport);
  }

  private Match multiport() {
    List<PortRange> ranges = new ArrayList<>();
    for (int i = random.nextInt(7); i >= 0; i--) {
      ranges.add(ports());
    }
    return new Match.Multiport(optional(pick(Side.values())), ranges, random.nextBoolean());
  }

  private Match match(Place place) {
    boolean negated = random.nextBoolean();
    return switch (random.nextInt(8)) {
      case 0 -> new Match.Comment(comment());
      case 1 ->
          new Match.AddressType(
              pick(Side.values()),
              pick(Match.Kind.LOCAL, Match.Kind.UNICAST, Match.Kind.ANYCAST),
              negated);
      case 2 -> new Match.Mark(random.nextInt(), pick(-1, 0x4000, random.nextInt()), negated);
      case 3 -> new Match.ConnectionState(states(), negated);
      case 4 -> new Match.Random(random.nextLong((1L << 31) + 1), negated);
      case 5 -> recent(negated);
      case 6 ->
          place == Place.FILTER && random.nextBoolean()
              ? new Match.PhysicalOut(pattern(), negated)
              : new Match.PhysicalIn(pattern(), negated);
      default ->
          new Match.Opaque(
              pick(
                  "-m state --state NEW,ESTABLISHED",
                  "-m limit --limit 5/sec",
                  "-m statistic --mode nth --every 3 --packet 0",
                  "-m physdev ! --physdev-is-in"));
    };
  }

  private Match recent(boolean negated) {
    Match.Recent.Action action = pick(Match.Recent.Action.values());
    boolean timed =
        (action == Match.Recent.Action.RCHECK || action == Match.Recent.Action.UPDATE)
            && random.nextBoolean();
    return new Match.Recent(
        action,
        timed ? OptionalInt.of(1 + random.nextInt(100_000)) : OptionalInt.empty(),
        timed && random.nextBoolean(),
        "L" + random.nextInt(1000),
        new IpPrefix(address(), random.nextInt(family.bits() + 1)).mask(),
        pick(Side.values()),
        negated);
  }

  private Set<Match.CtState> states() {
    Set<Match.CtState> states = EnumSet.of(pick(Match.CtState.values()));
    maybe(() -> states.add(pick(Match.CtState.values())));
    maybe(() -> states.add(pick(Match.CtState.values())));
    return states;
  }

  private Target target(Place place, Optional<Transport> transport) {
    Optional<PortRange> ports = transport.isPresent() ? optional(ports()) : Optional.empty();
    if (random.nextInt(5) == 0) {
      return new Target.SetMark(random.nextInt(), random.nextInt());
    }
    if (random.nextInt(5) == 0) {
      return new Target.Opaque("LOG --log-prefix \"a \\'b\\' \" --log-tcp-options");
    }
    return switch (place) {
      case RAW -> random.nextBoolean() ? new Target.NoTrack() : pick(Target.Verdict.values());
      case FILTER -> random.nextBoolean() ? reject(transport) : pick(Target.Verdict.values());
      case ENTRY ->
          random.nextBoolean()
              ? new Target.Dnat(natRange(ports), random.nextBoolean(), random.nextBoolean())
              : new Target.Redirect(ports, random.nextBoolean());
      case EXIT ->
          random.nextBoolean()
              ? new Target.Snat(
                  natRange(ports), pick(Target.PortChoice.values()), random.nextBoolean())
              : new Target.Masquerade(ports, pick(Target.PortChoice.values()));
    };
  }

  private Target reject(Optional<Transport> transport) {
    if (transport.equals(Optional.of(Transport.TCP)) && random.nextBoolean()) {
      return new Target.Reject("tcp-reset");
    }
    return new Target.Reject(
        family == IpFamily.V4
            ? pick("icmp-port-unreachable", "icmp-net-prohibited")
            : pick("icmp6-port-unreachable", "icmp6-adm-prohibited"));
  }

  private NatRange natRange(Optional<PortRange> ports) {
    IpAddress first = address();
    IpAddress last = first.plus(random.nextBoolean() ? 0 : random.nextInt(100));
    return new NatRange(
        ports.isPresent() && random.nextBoolean()
            ? Optional.empty()
            : Optional.of(new NatRange.Addresses(first, last)),
        ports);
  }

  private IpAddress address() {
    return family == IpFamily.V4
        ? new IpAddress(family, 0, 0x0A00_0000L | random.nextInt(1 << 24))
        : new IpAddress(
            family,
            0xFD00_0000_0000_0000L | random.nextInt(1 << 20),
            random.nextBoolean() ? random.nextInt(1 << 16) : random.nextLong() >>> 8);
  }

  private IpPrefix prefix() {
    return new IpPrefix(address(), 1 + random.nextInt(family.bits())).network();
  }

  private String pattern() {
    return pick("eth0", "cni+", "br-lan", "a.5");
  }

  private Match.Port port() {
    return new Match.Port(ports(), random.nextBoolean());
  }

  private PortRange ports() {
    int first = 1 + random.nextInt(60_000);
    return new PortRange(first, random.nextBoolean() ? first : first + random.nextInt(5000));
  }

  private String comment() {
    StringBuilder text = new StringBuilder(pick("x", "-j", "--dport", "shop/web:http", "\"", "0"));
    for (int i = random.nextInt(20); i > 0; i--) {
      text.append(COMMENT_LETTERS.charAt(random.nextInt(COMMENT_LETTERS.length())));
    }
    return text.toString();
  }

  private void maybe(Runnable addition) {
    if (random.nextBoolean()) {
      addition.run();
    }
  }

  private <T> Optional<T> optional(T value) {
    return random.nextBoolean() ? Optional.of(value) : Optional.empty();
  }

  @SafeVarargs
  private <T> T pick(T... choices) {
    return choices[random.nextInt(choices.length)];
  }
}

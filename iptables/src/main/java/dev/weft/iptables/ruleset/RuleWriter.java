package dev.weft.iptables.ruleset;

import dev.weft.net.IpPrefix;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Rules in the very words of iptables-save. */
final class RuleWriter {
  private RuleWriter() {}

  /** Without {@code -A CHAIN}. */
  static String text(Rule rule) {
    StringBuilder text = new StringBuilder();
    for (Match match : rule.matches()) {
      text.append(text.isEmpty() ? "" : " ").append(text(match));
    }
    if (rule.target().isPresent()) {
      text.append(text.isEmpty() ? "" : " ").append(text(rule.target().get()));
    }
    return text.toString();
  }

  static String text(Match match) {
    return switch (match) {
      case Match.Source(IpPrefix prefix, boolean negated) -> not(negated) + "-s " + prefix;
      case Match.Destination(IpPrefix prefix, boolean negated) -> not(negated) + "-d " + prefix;
      case Match.InInterface(String pattern, boolean negated) -> not(negated) + "-i " + pattern;
      case Match.OutInterface(String pattern, boolean negated) -> not(negated) + "-o " + pattern;
      case Match.Protocol(String name, boolean negated) -> not(negated) + "-p " + name;
      case Match.Ports(Transport transport, Optional<Match.Port> from, Optional<Match.Port> to) ->
          "-m " + transport.text() + port(from, "--sport") + port(to, "--dport");
      case Match.Multiport multiport -> multiport(multiport);
      case Match.AddressType(Side side, Match.Kind kind, boolean negated) ->
          "-m addrtype "
              + not(negated)
              + (side == Side.SOURCE ? "--src-type " : "--dst-type ")
              + kind;
      case Match.Mark(int value, int mask, boolean negated) ->
          "-m mark "
              + not(negated)
              + "--mark "
              + (mask == -1 ? hex(value) : hex(value) + "/" + hex(mask));
      case Match.ConnectionState(var states, boolean negated) ->
          "-m conntrack "
              + not(negated)
              + "--ctstate "
              + states.stream().map(Enum::name).collect(Collectors.joining(","));
      case Match.Random random ->
          "-m statistic --mode random " + not(random.negated()) + "--probability " + random.text();
      case Match.Recent recent -> recent(recent);
      case Match.Comment(String text) -> "-m comment --comment " + Words.quote(text);
      case Match.PhysicalIn(String pattern, boolean negated) ->
          "-m physdev " + not(negated) + "--physdev-in " + pattern;
      case Match.PhysicalOut(String pattern, boolean negated) ->
          "-m physdev " + not(negated) + "--physdev-out " + pattern;
      // Two blanks, as libxt_nfacct prints them.
      case Match.Accounting(String counter) -> "-m nfacct --nfacct-name  " + counter;
      case Match.Opaque(String text) -> text;
    };
  }

  static String text(Target target) {
    return switch (target) {
      case Target.Verdict verdict -> "-j " + verdict;
      case Target.Jump(String chain) -> "-j " + chain;
      case Target.Goto(String chain) -> "-g " + chain;
      case Target.SetMark(int value, int mask) ->
          "-j MARK --set-xmark " + hex(value) + "/" + hex(mask);
      case Target.Dnat(NatRange to, boolean random, boolean persistent) ->
          "-j DNAT --to-destination " + to + flag(random, "--random") + persistent(persistent);
      case Target.Snat(NatRange to, Target.PortChoice choice, boolean persistent) ->
          "-j SNAT --to-source " + to + choice(choice) + persistent(persistent);
      case Target.Masquerade(Optional<PortRange> ports, Target.PortChoice choice) ->
          "-j MASQUERADE" + toPorts(ports) + choice(choice);
      case Target.Redirect(Optional<PortRange> ports, boolean random) ->
          "-j REDIRECT" + toPorts(ports) + flag(random, "--random");
      case Target.Reject(String with) -> "-j REJECT --reject-with " + with;
      case Target.NoTrack() -> "-j CT --notrack";
      case Target.Opaque(String text) -> "-j " + text;
    };
  }

  private static String multiport(Match.Multiport multiport) {
    String option =
        multiport
            .side()
            .map(side -> side == Side.SOURCE ? "--sports " : "--dports ")
            .orElse("--ports ");
    return "-m multiport "
        + not(multiport.negated())
        + option
        + multiport.ranges().stream()
            .map(range -> range.text(':'))
            .collect(Collectors.joining(","));
  }

  private static String recent(Match.Recent recent) {
    return "-m recent "
        + not(recent.negated())
        + "--"
        + recent.action().name().toLowerCase(Locale.ROOT)
        + (recent.seconds().isPresent() ? " --seconds " + recent.seconds().getAsInt() : "")
        + flag(recent.reap(), "--reap")
        + " --name "
        + recent.list()
        + " --mask "
        + recent.mask()
        + (recent.side() == Side.SOURCE ? " --rsource" : " --rdest");
  }

  private static String port(Optional<Match.Port> port, String option) {
    return port.map(p -> " " + not(p.negated()) + option + " " + p.range().text(':')).orElse("");
  }

  private static String toPorts(Optional<PortRange> ports) {
    return ports.map(range -> " --to-ports " + range.text('-')).orElse("");
  }

  private static String choice(Target.PortChoice choice) {
    return switch (choice) {
      case NEAR -> "";
      case RANDOM -> " --random";
      case RANDOM_FULLY -> " --random-fully";
    };
  }

  private static String persistent(boolean persistent) {
    return flag(persistent, "--persistent");
  }

  private static String flag(boolean set, String option) {
    return set ? " " + option : "";
  }

  private static String not(boolean negated) {
    return negated ? "! " : "";
  }

  private static String hex(int number) {
    return "0x" + Integer.toHexString(number);
  }
}

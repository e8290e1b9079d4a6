package dev.weft.iptables.engine.compiled;

import dev.weft.iptables.ruleset.Match;
import dev.weft.iptables.ruleset.PortRange;
import dev.weft.iptables.ruleset.Side;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;

/** Writes the matches of one rule after another. */
final class MatchWriter {
  private final IpFamily family;
  private final CodeBuffer code;
  private final Devices devices;
  private final RecentLists lists;
  private final List<Recollected> recents = new ArrayList<>();

  /** Instructions of the current rule whose way past it is not written yet. */
  private final List<Integer> open = new ArrayList<>();

  MatchWriter(IpFamily family, CodeBuffer code, Devices devices, RecentLists lists) {
    this.family = family;
    this.code = code;
    this.devices = devices;
    this.lists = lists;
  }

  Recollected[] recents() {
    return recents.toArray(Recollected[]::new);
  }

  /** The rule ends here. */
  void endRule() {
    for (int match : open) {
      code.skipTo(match, code.size());
    }
    open.clear();
  }

  static boolean isKnown(Match match) {
    return switch (match) {
      case Match.PhysicalIn _, Match.PhysicalOut _, Match.Opaque _ -> false;
      case Match.Protocol(String name, boolean _) -> Protocols.number(name).isPresent();
      default -> true;
    };
  }

  /**
   * Writes a match that is known.
   *
   * @param unchanged whether lists of addresses stay as they are
   */
  void write(Match match, boolean unchanged) {
    switch (match) {
      case Match.Source(IpPrefix prefix, boolean negated) ->
          prefix(prefix, negated, Op.SOURCE_V4, Op.SOURCE_V6);
      case Match.Destination(IpPrefix prefix, boolean negated) ->
          prefix(prefix, negated, Op.DESTINATION_V4, Op.DESTINATION_V6);
      case Match.InInterface(String pattern, boolean negated) ->
          condition(Op.IN, negated, devices.pattern(pattern));
      case Match.OutInterface(String pattern, boolean negated) ->
          condition(Op.OUT, negated, devices.pattern(pattern));
      case Match.Protocol(String name, boolean negated) ->
          condition(Op.PROTOCOL, negated, Protocols.number(name).orElseThrow());
      case Match.Ports ports -> ports(ports);
      case Match.Multiport multiport -> multiport(multiport);
      case Match.AddressType(Side side, Match.Kind kind, boolean negated) ->
          condition(
              side == Side.SOURCE ? Op.SOURCE_TYPE : Op.DESTINATION_TYPE, negated, Op.number(kind));
      case Match.Mark(int value, int mask, boolean negated) ->
          condition(Op.MARK, negated, value, mask);
      case Match.ConnectionState(var states, boolean negated) -> {
        int bits = 0;
        for (Match.CtState state : states) {
          bits |= PacketBuffer.bit(state);
        }
        condition(Op.STATE, negated, bits);
      }
      case Match.Random(long share, boolean negated) -> condition(Op.RANDOM, negated, (int) share);
      case Match.Recent recent -> {
        condition(unchanged ? Op.RECENT_UNCHANGED : Op.RECENT, recent.negated(), recents.size());
        recents.add(Recollected.of(recent, lists));
      }
      case Match.Comment _, Match.Accounting _ -> {}
      case Match.PhysicalIn _, Match.PhysicalOut _, Match.Opaque _ ->
          throw new IllegalStateException("nobody knows what " + match + " means");
    }
  }

  private void condition(int op, boolean negated, int... operands) {
    open.add(code.size());
    code.add(op | (negated ? Op.NEGATED : 0));
    for (int operand : operands) {
      code.add(operand);
    }
  }

  private void prefix(IpPrefix prefix, boolean negated, int v4, int v6) {
    IpAddress address = prefix.address();
    if (prefix.family() != family) {
      condition(Op.NEVER, negated);
    } else if (family == IpFamily.V4) {
      condition(v4, negated, (int) address.low(), (int) prefix.mask().low());
    } else {
      condition(v6, negated);
      code.addLong(address.high());
      code.addLong(address.low());
      code.addLong(prefix.mask().high());
      code.addLong(prefix.mask().low());
    }
  }

  private void ports(Match.Ports ports) {
    int protocol = ports.transport().number();
    PortRange to = ports.destination().map(Match.Port::range).orElse(new PortRange(0, 0xFFFF));
    boolean negated = ports.destination().map(Match.Port::negated).orElse(false);
    if (to.first() == to.last() && !negated) {
      condition(Op.TO_PORT, false, protocol << 16 | to.first());
    } else {
      condition(Op.PROTOCOL, false, protocol);
      if (ports.destination().isPresent()) {
        condition(Op.DESTINATION_PORTS, negated, word(to));
      }
    }
    ports
        .source()
        .ifPresent(port -> condition(Op.SOURCE_PORTS, port.negated(), word(port.range())));
  }

  private void multiport(Match.Multiport multiport) {
    int sides = multiport.side().map(side -> side == Side.SOURCE ? 1 : 2).orElse(3);
    // Not the instruction's own negation: without ports it does not hold either way.
    int negated = multiport.negated() ? 4 : 0;
    condition(Op.MULTIPORT, false, sides | negated, multiport.ranges().size());
    for (PortRange range : multiport.ranges()) {
      code.add(word(range));
    }
  }

  private static int word(PortRange range) {
    return range.first() << 16 | range.last();
  }
}

package dev.weft.iptables.engine;

import dev.weft.iptables.ruleset.Match;
import dev.weft.iptables.ruleset.Side;
import dev.weft.iptables.ruleset.Transport;
import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import java.util.Optional;

/** Whether one condition holds for a packet. */
final class Matcher {
  private final Host host;

  Matcher(Host host) {
    this.host = host;
  }

  /** Whether it holds; nothing if that cannot be told, or is left to chance. */
  Optional<Boolean> holds(Match match, State state) {
    Packet packet = state.packet();
    return switch (match) {
      case Match.Source(IpPrefix prefix, boolean negated) ->
          Optional.of(prefix.contains(packet.source()) != negated);
      case Match.Destination(IpPrefix prefix, boolean negated) ->
          Optional.of(prefix.contains(packet.destination()) != negated);
      case Match.InInterface(String pattern, boolean negated) ->
          Optional.of(isNamed(state.in(), pattern) != negated);
      case Match.OutInterface(String pattern, boolean negated) ->
          Optional.of(isNamed(state.out(), pattern) != negated);
      case Match.Protocol(String name, boolean negated) ->
          Optional.of(packet.protocol().equals(name) != negated);
      case Match.Ports ports -> Optional.of(isOn(ports, packet));
      case Match.Multiport multiport -> Optional.of(isOn(multiport, packet));
      case Match.AddressType(Side side, Match.Kind kind, boolean negated) ->
          Optional.of(host.is(kind, packet.address(side)) != negated);
      case Match.Mark(int value, int mask, boolean negated) ->
          Optional.of(((packet.mark() & mask) == value) != negated);
      case Match.ConnectionState(var states, boolean negated) ->
          Optional.of(states.stream().anyMatch(state.tracking()::is) != negated);
      case Match.Recent recent -> Optional.of(isRemembered(recent, state));
      case Match.Comment _, Match.Accounting _ -> Optional.of(true);
      // Which bridge port a packet came by is not known here.
      case Match.PhysicalIn _, Match.PhysicalOut _, Match.Opaque _, Match.Random _ ->
          Optional.empty();
    };
  }

  /** What the lists hold after a match was tried. */
  State remember(Match match, State state) {
    if (!(match instanceof Match.Recent recent)) {
      return state;
    }
    IpAddress address = address(recent, state.packet());
    Recollection before = state.recollection();
    boolean known = before.age(recent.list(), address).isPresent();
    return switch (recent.action()) {
      case SET -> state.with(before.seen(recent.list(), address));
      case UPDATE ->
          known && isRemembered(recent, state)
              ? state.with(before.seen(recent.list(), address))
              : state;
      case REMOVE -> known ? state.with(before.without(recent.list(), address)) : state;
      case RCHECK -> state;
    };
  }

  private static boolean isRemembered(Match.Recent recent, State state) {
    boolean fresh = isFresh(recent, address(recent, state.packet()), state.recollection());
    return (recent.action() == Match.Recent.Action.SET || fresh) != recent.negated();
  }

  /** Whether the list holds the address, and it was seen no longer ago than is asked. */
  private static boolean isFresh(
      Match.Recent recent, IpAddress address, Recollection recollection) {
    Optional<Integer> age = recollection.age(recent.list(), address);
    return age.isPresent()
        && (recent.seconds().isEmpty() || age.get() <= recent.seconds().getAsInt());
  }

  private static IpAddress address(Match.Recent recent, Packet packet) {
    IpAddress address = packet.address(recent.side());
    IpAddress mask = recent.mask();
    return new IpAddress(
        address.family(), address.high() & mask.high(), address.low() & mask.low());
  }

  private static boolean isOn(Match.Ports ports, Packet packet) {
    return packet.protocol().equals(ports.transport().text())
        && isOn(ports.source(), packet.sourcePort())
        && isOn(ports.destination(), packet.destinationPort());
  }

  private static boolean isOn(Optional<Match.Port> port, int actual) {
    return port.isEmpty() || port.get().range().contains(actual) != port.get().negated();
  }

  private static boolean isOn(Match.Multiport multiport, Packet packet) {
    boolean hasPorts = false;
    for (Transport transport : Transport.values()) {
      hasPorts |= packet.protocol().equals(transport.text());
    }
    return hasPorts
        && multiport.ranges().stream()
                .anyMatch(
                    range ->
                        multiport
                            .side()
                            .map(side -> range.contains(packet.port(side)))
                            .orElseGet(
                                () ->
                                    range.contains(packet.sourcePort())
                                        || range.contains(packet.destinationPort())))
            != multiport.negated();
  }

  private static boolean isNamed(String device, String pattern) {
    return pattern.endsWith("+")
        ? device.startsWith(pattern.substring(0, pattern.length() - 1))
        : device.equals(pattern);
  }
}

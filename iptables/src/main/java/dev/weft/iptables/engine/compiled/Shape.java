package dev.weft.iptables.engine.compiled;

import dev.weft.iptables.ruleset.Match;
import dev.weft.iptables.ruleset.PortRange;
import dev.weft.iptables.ruleset.Rule;
import dev.weft.iptables.ruleset.Transport;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * In which fields rules name one value exactly, so that a table tells which of them a packet can
 * meet.
 *
 * @param isExact whether the fields fit into a key; if not, the key is a hash, and rules must look
 *     at the fields themselves as well
 */
record Shape(boolean source, boolean destination, boolean protocol, boolean port, boolean isExact) {

  /** What a rule names. */
  record Named(
      Shape shape,
      @Nullable IpAddress source,
      @Nullable IpAddress destination,
      int protocol,
      int port) {

    /** What a rule names in a shape, or nothing if that does not tell it from enough others. */
    static Optional<Named> of(Rule rule, IpFamily family) {
      IpAddress source = null;
      IpAddress destination = null;
      int protocol = -1;
      int port = -1;
      for (Match match : rule.matches()) {
        switch (match) {
          case Match.Source(IpPrefix prefix, boolean negated) -> {
            if (!negated && isHost(prefix, family) && source == null) {
              source = prefix.address();
            }
          }
          case Match.Destination(IpPrefix prefix, boolean negated) -> {
            if (!negated && isHost(prefix, family) && destination == null) {
              destination = prefix.address();
            }
          }
          case Match.Protocol(String name, boolean negated) -> {
            OptionalInt number = Protocols.number(name);
            if (!negated && number.isPresent() && protocol < 0) {
              protocol = number.getAsInt();
            }
          }
          case Match.Ports(Transport transport, var _, var destinationPort) -> {
            if (protocol < 0) {
              protocol = transport.number();
            }
            if (port < 0 && protocol == transport.number()) {
              port = destinationPort.map(Named::single).orElse(-1);
            }
          }
          // What comes behind is asked only of packets that it has remembered.
          case Match.Recent _ -> {
            return named(source, destination, protocol, port, family);
          }
          default -> {}
        }
      }
      return named(source, destination, protocol, port, family);
    }

    private static boolean isHost(IpPrefix prefix, IpFamily family) {
      return prefix.family() == family && prefix.length() == family.bits();
    }

    private static int single(Match.Port port) {
      PortRange range = port.range();
      return !port.negated() && range.first() == range.last() ? range.first() : -1;
    }

    private static Optional<Named> named(
        @Nullable IpAddress source,
        @Nullable IpAddress destination,
        int protocol,
        int port,
        IpFamily family) {
      if (source == null && destination == null && port < 0) {
        return Optional.empty();
      }
      boolean fits = family == IpFamily.V4 && (source == null || destination == null);
      Shape shape = new Shape(source != null, destination != null, protocol >= 0, port >= 0, fits);
      return Optional.of(new Named(shape, source, destination, protocol, port));
    }

    long key() {
      return shape.key(
          source == null ? 0 : source.high(),
          source == null ? 0 : source.low(),
          destination == null ? 0 : destination.high(),
          destination == null ? 0 : destination.low(),
          protocol,
          port);
    }

    /** Whether a packet of this key must meet a match anyway. */
    boolean implies(Match match) {
      return shape.isExact
          && switch (match) {
            case Match.Source(IpPrefix prefix, boolean negated) ->
                !negated && source != null && prefix.equals(IpPrefix.host(source));
            case Match.Destination(IpPrefix prefix, boolean negated) ->
                !negated && destination != null && prefix.equals(IpPrefix.host(destination));
            case Match.Protocol(String name, boolean negated) ->
                !negated && Protocols.number(name).equals(OptionalInt.of(protocol));
            case Match.Ports(Transport transport, var from, var to) ->
                transport.number() == protocol
                    && from.isEmpty()
                    && (to.isEmpty() || (port >= 0 && single(to.get()) == port));
            default -> false;
          };
    }
  }

  long key(PacketBuffer packet) {
    return key(
        packet.sourceHigh,
        packet.sourceLow,
        packet.destinationHigh,
        packet.destinationLow,
        packet.protocol,
        packet.destinationPort);
  }

  private long key(
      long sourceHigh,
      long sourceLow,
      long destinationHigh,
      long destinationLow,
      int packetProtocol,
      int packetPort) {
    long transport = (protocol ? packetProtocol << 16 : 0) | (port ? packetPort : 0);
    if (isExact) {
      return transport << 32 | (source ? sourceLow : 0) | (destination ? destinationLow : 0);
    }
    long key = Hashing.of(transport);
    if (source) {
      key = Hashing.then(Hashing.then(key, sourceHigh), sourceLow);
    }
    if (destination) {
      key = Hashing.then(Hashing.then(key, destinationHigh), destinationLow);
    }
    return key;
  }
}

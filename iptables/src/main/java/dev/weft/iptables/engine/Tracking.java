package dev.weft.iptables.engine;

import dev.weft.iptables.ruleset.Match.CtState;
import dev.weft.net.IpAddress;
import java.util.Optional;

/**
 * What connection tracking knows of a packet that goes in the direction of its connection's first.
 *
 * @param state NEW, ESTABLISHED, RELATED, INVALID or UNTRACKED
 * @param destination where the connection was led to by DNAT
 * @param source whose address the connection was given by SNAT; the port may have changed too
 */
public record Tracking(CtState state, Optional<Endpoint> destination, Optional<IpAddress> source) {

  /** An address and a port. */
  public record Endpoint(IpAddress address, int port) {}

  public Tracking {
    if (state == CtState.SNAT || state == CtState.DNAT) {
      throw new IllegalArgumentException(state + " is told by what NAT did, not by the state");
    }
  }

  /** Of a packet that NAT has not touched. */
  public static Tracking of(CtState state) {
    return new Tracking(state, Optional.empty(), Optional.empty());
  }

  /** Of later packets of the same connection, once an answer came. */
  public Tracking established() {
    return new Tracking(CtState.ESTABLISHED, destination, source);
  }

  /** Whether the packet belongs to a connection. */
  boolean isTracked() {
    return state != CtState.INVALID && state != CtState.UNTRACKED;
  }

  boolean is(CtState asked) {
    return switch (asked) {
      case SNAT -> source.isPresent();
      case DNAT -> destination.isPresent();
      case INVALID, NEW, RELATED, ESTABLISHED, UNTRACKED -> state == asked;
    };
  }

  Tracking ledTo(Endpoint endpoint) {
    return new Tracking(state, Optional.of(endpoint), source);
  }

  Tracking comingFrom(IpAddress address) {
    return new Tracking(state, destination, Optional.of(address));
  }
}

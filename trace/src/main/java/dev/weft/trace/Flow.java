package dev.weft.trace;

import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.services.Protocol;
import java.util.List;
import java.util.Optional;

/**
 * A packet to ask about.
 *
 * @param name what the answer is called by; may be empty
 * @param inInterface by which it comes; nothing: as the source tells, see {@link Sender}
 * @param affinity what its sender last used on the Service port that it goes to
 */
public record Flow(
    String name,
    IpAddress from,
    Protocol protocol,
    AddressPort to,
    Optional<String> inInterface,
    State state,
    List<Used> affinity) {

  /** What connection tracking makes of it. */
  public enum State {
    /** The first of a connection. */
    NEW,
    /** A later one of a connection that has had an answer. */
    ESTABLISHED,
    RELATED,
    INVALID,
    UNTRACKED
  }

  /**
   * An endpoint that a client used.
   *
   * @param ageSeconds how long ago
   */
  public record Used(AddressPort endpoint, int ageSeconds) {}

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if the addresses are of two families
   */
  public Flow {
    affinity = List.copyOf(affinity);
    if (from.family() != to.address().family()) {
      throw new IllegalArgumentException(
          "a packet goes from "
              + from
              + " to "
              + to.address()
              + ", but both should be of one family, IPv4 or IPv6");
    }
  }

  IpFamily family() {
    return from.family();
  }
}

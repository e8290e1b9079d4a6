package dev.weft.trace;

import java.util.Optional;

/** One thing that happens to a packet. */
public sealed interface Event {

  /**
   * The kernel asks rules.
   *
   * @param hook {@code PREROUTING}, {@code INPUT}, {@code FORWARD}, {@code OUTPUT} or {@code
   *     POSTROUTING}
   * @param rules which, in words: {@code table nat}
   */
  record Asked(String hook, String rules) implements Event {}

  /**
   * A rule applies.
   *
   * @param chain the chain or the map that it stands in
   * @param text as the kernel's program prints it, with its chain
   * @param cause why it is there
   */
  record Ruled(String chain, String text, Cause cause, Effect effect) implements Event {}

  /** The packet has another destination or source. */
  record Rewritten(boolean destination, AddressPort from, AddressPort to) implements Event {}

  /**
   * The route is looked up.
   *
   * @param here whether it leads to the node itself
   */
  record Routed(boolean here) implements Event {}

  /** It goes no further, for a reason that no rule tells. */
  record Stuck(String why) implements Event {}

  /**
   * Why a rule is there.
   *
   * @param object the port of a Service, {@code namespace/name:port}; {@link #SHARED} for rules
   *     that all Services share; empty for one of somebody else
   * @param clause which of the object's wishes it carries out
   */
  record Cause(String object, String clause) {
    /** Whose the rules are that there are once, whatever Services there are. */
    static final String SHARED = "weft";

    static final Cause UNKNOWN = new Cause("", "");

    boolean isOfService() {
      return !object.isEmpty() && !isShared();
    }

    boolean isShared() {
      return object.equals(SHARED);
    }
  }

  /** What a rule does. */
  sealed interface Effect {
    /** Goes on with other rules. */
    record Jump(String chain) implements Effect {}

    /** Tells those that look for it what they go by. */
    record Find() implements Effect {}

    /** Notes that the packet is to be masqueraded, or no more. */
    record Mark(boolean masquerade) implements Effect {}

    /** Gives it the destination that the next event tells. */
    record Translate() implements Effect {}

    /** Gives it this node's address as source. */
    record Masquerade() implements Effect {}

    record Accept() implements Effect {}

    record Drop() implements Effect {}

    record Reject() implements Effect {}

    record Return() implements Effect {}

    /** Nothing that a packet could feel. */
    record Nothing() implements Effect {}
  }

  /** What rule applies here, if one does. */
  default Optional<Ruled> rule() {
    return this instanceof Ruled ruled ? Optional.of(ruled) : Optional.empty();
  }
}

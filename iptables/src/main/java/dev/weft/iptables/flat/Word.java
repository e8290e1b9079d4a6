package dev.weft.iptables.flat;

/**
 * What is known of a connection once its frontend is, in 32 bits, which rules note as the packet's
 * priority: in which {@link Way} it is treated, how its endpoint is picked, and of which set of
 * endpoints.
 *
 * <p>A set has a number of 20 bits. That of a port's endpoints on all nodes is even; those on this
 * node are the odd one behind it.
 */
final class Word {
  private static final int SET_BITS = 20;
  private static final int PICK_BITS = 10;

  /** The set of endpoints. */
  static final int SET = (1 << SET_BITS) - 1;

  /** The set of endpoints on all nodes, which stands for the port. */
  static final int PORT = SET & ~1;

  /** How the endpoint is picked. */
  static final int PICK = ((1 << PICK_BITS) - 1) << SET_BITS;

  /** What is done before. */
  static final int WAY = -1 << (SET_BITS + PICK_BITS);

  /** How many ports can be told apart. */
  static final int PORTS = 1 << (SET_BITS - 1);

  /** How many ways to pick can be told apart. */
  static final int PICKS = 1 << PICK_BITS;

  /** Where packets to a frontend go. */
  enum Way {
    /** To the cluster's own address of a Service. */
    INTERNAL(0),
    /** Whoever serves it. */
    EXTERNAL(1),
    /** What comes from outside goes to this node's endpoints, what comes from here to all. */
    EXTERNAL_LOCAL(2),
    /** Not everybody may use it; for who may, another map tells the way. */
    RESTRICTED(3);

    private final int bits;

    Way(int number) {
      bits = number << (SET_BITS + PICK_BITS);
    }

    int bits() {
      return bits;
    }
  }

  private Word() {}

  static int of(Way way, int pick, int set) {
    return way.bits() | pickBits(pick) | set;
  }

  static int pickBits(int pick) {
    return pick << SET_BITS;
  }

  static int pick(int word) {
    return (word & PICK) >>> SET_BITS;
  }

  static int cluster(int port) {
    return port << 1;
  }

  static int local(int port) {
    return port << 1 | 1;
  }

  static int port(int word) {
    return (word & SET) >>> 1;
  }
}

package dev.weft.iptables.flat;

/**
 * The name of one endpoint of a port, in 32 bits: the port and a number. Rules note it as the
 * packet's priority, and what is remembered of a client is kept by it.
 */
final class Endpoint {
  private static final int SHIFT = 20;

  /** How many endpoints of one port can be told apart. */
  static final int MOST = 1 << 12;

  private Endpoint() {}

  static int of(int port, int number) {
    return numberBits(number) | Word.cluster(port);
  }

  static int numberBits(int number) {
    return number << SHIFT;
  }
}

package dev.weft.iptables.engine.compiled;

import dev.weft.iptables.engine.Branch;
import dev.weft.iptables.engine.Packet;
import dev.weft.iptables.ruleset.Match.CtState;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;

/**
 * A packet that is written, followed, read, and written again. Nothing is allocated for it.
 *
 * <p>Addresses are the two halves that {@link IpAddress} has. After it was followed, it is as it
 * leaves the node, is delivered there, or ended.
 */
public final class PacketBuffer {
  static final int INVALID = bit(CtState.INVALID);
  static final int NEW = bit(CtState.NEW);
  static final int RELATED = bit(CtState.RELATED);
  static final int ESTABLISHED = bit(CtState.ESTABLISHED);
  static final int UNTRACKED = bit(CtState.UNTRACKED);
  static final int SNAT = bit(CtState.SNAT);
  static final int DNAT = bit(CtState.DNAT);

  /** That a nat table need not be asked any more: what was done, or not, stays. */
  static final int DESTINATION_DONE = 1;

  static final int SOURCE_DONE = 2;

  long sourceHigh;
  long sourceLow;
  long destinationHigh;
  long destinationLow;
  int sourcePort;
  int destinationPort;
  int protocol;
  int mark;

  int in;
  int out;

  /** Bits of {@link CtState} by their numbers; 0: to be looked up. */
  int tracking;

  int natDone;

  /** Whether it begins a connection that the table shall keep. */
  boolean begins;

  /** Whether the connection gives its packets in this direction another destination. */
  boolean led;

  long ledToHigh;
  long ledToLow;
  int ledToPort;

  /** Whether the connection gives its packets in this direction another source. */
  boolean disguised;

  long comingFromHigh;
  long comingFromLow;
  int comingFromPort;

  /** One of {@link Evaluator}'s ends. */
  int end;

  /** Of {@link Program#reasons()}, if it is undecided. */
  int reason;

  static int bit(CtState state) {
    return 1 << Op.number(state);
  }

  /** Writes a packet whose connection is looked up. */
  public void write(Packet packet) {
    source(packet.source().high(), packet.source().low(), packet.sourcePort());
    destination(packet.destination().high(), packet.destination().low(), packet.destinationPort());
    protocol(
        Protocols.number(packet.protocol())
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "the protocol "
                            + packet.protocol()
                            + " is not known; a number from 0 to 255 can be given instead")));
    mark(packet.mark());
    lookUp();
  }

  public void source(long high, long low, int port) {
    sourceHigh = high;
    sourceLow = low;
    sourcePort = port;
  }

  public void destination(long high, long low, int port) {
    destinationHigh = high;
    destinationLow = low;
    destinationPort = port;
  }

  /** A number of IANA. */
  public void protocol(int number) {
    protocol = number;
  }

  public void mark(int value) {
    mark = value;
  }

  /** Lets the engine find the connection. */
  public void lookUp() {
    tracking = 0;
  }

  /**
   * Says what connection tracking makes of the packet, where addresses and ports do not tell it.
   *
   * @param state INVALID, RELATED or UNTRACKED
   */
  public void is(CtState state) {
    tracking = bit(state);
    forgetConnection();
  }

  public long sourceHigh() {
    return sourceHigh;
  }

  public long sourceLow() {
    return sourceLow;
  }

  public int sourcePort() {
    return sourcePort;
  }

  public long destinationHigh() {
    return destinationHigh;
  }

  public long destinationLow() {
    return destinationLow;
  }

  public int destinationPort() {
    return destinationPort;
  }

  public int mark() {
    return mark;
  }

  /** The number of the device by which it leaves; that of {@code lo} if it was delivered. */
  public int device() {
    return out;
  }

  public Branch.End end() {
    return switch (end) {
      case Evaluator.ACCEPT -> Branch.End.ACCEPT;
      case Evaluator.DROP -> Branch.End.DROP;
      case Evaluator.REJECT -> Branch.End.REJECT;
      default -> Branch.End.UNDECIDED;
    };
  }

  /** Whether this is so of its connection, including SNAT and DNAT. */
  public boolean has(CtState state) {
    return (tracking & bit(state)) != 0;
  }

  /** The source address as an object. */
  public IpAddress source(IpFamily family) {
    return new IpAddress(family, sourceHigh, sourceLow);
  }

  /** The destination address as an object. */
  public IpAddress destination(IpFamily family) {
    return new IpAddress(family, destinationHigh, destinationLow);
  }

  /** Gives the connection, and this packet, a destination. */
  void leadTo(long high, long low, int port) {
    if (destinationLow != low || destinationHigh != high || destinationPort != port) {
      destination(high, low, port);
      tracking |= DNAT;
      led = true;
      ledToHigh = high;
      ledToLow = low;
      ledToPort = port;
    }
  }

  /** Gives the connection, and this packet, a source. */
  void comeFrom(long high, long low, int port) {
    if (sourceLow != low || sourceHigh != high || sourcePort != port) {
      source(high, low, port);
      tracking |= SNAT;
      disguised = true;
      comingFromHigh = high;
      comingFromLow = low;
      comingFromPort = port;
    }
  }

  boolean isTracked() {
    return (tracking & (INVALID | UNTRACKED)) == 0;
  }

  /** It is the first of its connection. */
  void begin() {
    tracking = NEW;
    natDone = 0;
    begins = true;
    led = false;
    disguised = false;
  }

  /** It is of no connection that anything is known of. */
  void forgetConnection() {
    natDone = 0;
    begins = false;
    led = false;
    disguised = false;
  }
}

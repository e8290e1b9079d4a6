package dev.weft.iptables.engine.compiled;

import dev.weft.net.IpFamily;

/**
 * Connections of one family: which address and port each has in both directions, and until when it
 * is remembered. Bounded: when it is full, a connection that nobody has answered makes room, as in
 * the kernel's {@code early_drop}; if none is found, a new one is refused. Used by one thread at a
 * time.
 */
public final class ConnectionTable {
  /** How many connections are looked at for one that can make room; as in the kernel. */
  private static final int SAMPLES = 8;

  /** How many ports are tried for a connection whose answers would look like another's. */
  private static final int PORTS = 128;

  private static final int FIRST_PORT = 1024;

  private static final int ANSWERED = 1;
  private static final int LED = 2;
  private static final int DISGUISED = 4;
  private static final int FLAGS = 3;

  private final boolean v6;

  /** Of one direction: source and destination, then protocol and ports. */
  private final int tupleWords;

  /** The tuples of both directions, the upper halves of their hashes, and what else is known. */
  private final int entryWords;

  /** One more than the capacity: in the last one stands what is searched for. */
  private final long[] words;

  private final int scratch;

  /** Twice the number of an entry, and 1 for the direction of answers. */
  private final HashChains index;

  private final int capacity;
  private final int[] free;
  private int freeCount;
  private int hand;

  /** Of what was searched for last. */
  private long firstHash;

  /**
   * An empty table.
   *
   * @param capacity how many connections it can hold
   */
  public ConnectionTable(IpFamily family, int capacity) {
    if (capacity < 1 || capacity > 1 << 26) {
      throw new IllegalArgumentException(
          "a table of " + capacity + " connections; it can hold 1 to 2^26");
    }
    v6 = family == IpFamily.V6;
    tupleWords = v6 ? 5 : 2;
    entryWords = 2 * tupleWords + 2;
    words = new long[(capacity + 1) * entryWords];
    scratch = capacity * entryWords;
    index = new HashChains(2 * capacity);
    free = new int[capacity];
    for (int i = 0; i < capacity; i++) {
      free[i] = capacity - 1 - i;
    }
    freeCount = capacity;
    this.capacity = capacity;
  }

  /** How many connections it holds, those that have timed out but were not asked for included. */
  public int size() {
    return capacity - freeCount;
  }

  /** Tells a packet what is known of its connection. */
  void track(PacketBuffer packet, long now) {
    writeTuple(scratch, packet, false);
    firstHash = hash(scratch);
    int number = find(scratch, firstHash);
    if (number >= 0) {
      int entry = (number >> 1) * entryWords;
      long known = words[entry + entryWords - 1];
      if (known >> FLAGS >= now) {
        recall(packet, entry, (number & 1) != 0, known, now);
        return;
      }
      remove(number >> 1);
    }
    packet.begin();
  }

  private void recall(PacketBuffer packet, int entry, boolean answer, long known, long now) {
    packet.begins = false;
    boolean answered = answer || (known & ANSWERED) != 0;
    long flags = (known & (LED | DISGUISED)) | (answered ? ANSWERED : 0);
    words[entry + entryWords - 1] = known(now, packet.protocol, answered) | flags;
    packet.tracking =
        (answered ? PacketBuffer.ESTABLISHED : PacketBuffer.NEW)
            | ((flags & LED) != 0 ? PacketBuffer.DNAT : 0)
            | ((flags & DISGUISED) != 0 ? PacketBuffer.SNAT : 0);
    packet.natDone = PacketBuffer.DESTINATION_DONE | PacketBuffer.SOURCE_DONE;
    // What the other direction comes from is where this one goes, and the other way round.
    int other = answer ? entry : entry + tupleWords;
    packet.led = (flags & (answer ? DISGUISED : LED)) != 0;
    packet.disguised = (flags & (answer ? LED : DISGUISED)) != 0;
    long ports = words[other + tupleWords - 1];
    packet.ledToPort = (int) (ports >>> 16) & 0xFFFF;
    packet.comingFromPort = (int) ports & 0xFFFF;
    if (v6) {
      packet.ledToHigh = words[other];
      packet.ledToLow = words[other + 1];
      packet.comingFromHigh = words[other + 2];
      packet.comingFromLow = words[other + 3];
    } else {
      packet.ledToLow = words[other] >>> 32;
      packet.comingFromLow = words[other] & 0xFFFF_FFFFL;
    }
  }

  /**
   * Keeps a connection that its first packet has begun, the one that was tracked last. If its
   * answers would look like those of another, it is given another source port.
   *
   * @return false if there is no room, or no such port
   */
  boolean confirm(PacketBuffer packet, long now) {
    if (freeCount == 0 && !makeRoom(now)) {
      return false;
    }
    int number = free[freeCount - 1];
    int entry = number * entryWords;
    writeTuple(entry + tupleWords, packet, true);
    long answersHash = hash(entry + tupleWords);
    if (find(entry + tupleWords, answersHash) >= 0) {
      if (!findPort(entry + tupleWords, packet)) {
        return false;
      }
      answersHash = hash(entry + tupleWords);
    }
    freeCount--;
    System.arraycopy(words, scratch, words, entry, tupleWords);
    words[entry + entryWords - 1] =
        known(now, packet.protocol, false)
            | ((packet.tracking & PacketBuffer.DNAT) != 0 ? LED : 0)
            | ((packet.tracking & PacketBuffer.SNAT) != 0 ? DISGUISED : 0);
    words[entry + entryWords - 2] = answersHash >>> 32 << 32 | firstHash >>> 32;
    index.add(firstHash, 2 * number);
    index.add(answersHash, 2 * number + 1);
    return true;
  }

  private boolean findPort(int answers, PacketBuffer packet) {
    if (!Protocols.hasPorts(packet.protocol)) {
      return false;
    }
    int ports = 0x1_0000 - FIRST_PORT;
    int start = (int) (hash(answers) >>> 8) & Integer.MAX_VALUE;
    for (int i = 0; i < PORTS; i++) {
      int port = FIRST_PORT + (start + i) % ports;
      words[answers + tupleWords - 1] = (words[answers + tupleWords - 1] & ~0xFFFFL) | port;
      if (find(answers, hash(answers)) < 0) {
        packet.comeFrom(packet.sourceHigh, packet.sourceLow, port);
        return true;
      }
    }
    return false;
  }

  /** Until when a connection is known that a packet was seen of; without flags. */
  private static long known(long now, int protocol, boolean answered) {
    return (now + timeout(protocol, answered)) << FLAGS;
  }

  /** As {@code nf_conntrack} has it by default, in milliseconds. */
  private static long timeout(int protocol, boolean answered) {
    return switch (protocol) {
      case Protocols.TCP -> answered ? 432_000_000 : 120_000;
      case Protocols.UDP -> answered ? 120_000 : 30_000;
      case Protocols.SCTP -> answered ? 210_000 : 3_000;
      case Protocols.ICMP, Protocols.ICMP_V6 -> 30_000;
      default -> 600_000;
    };
  }

  private boolean makeRoom(long now) {
    for (int i = 0; i < SAMPLES; i++) {
      hand = hand + 1 == capacity ? 0 : hand + 1;
      long known = words[(hand + 1) * entryWords - 1];
      if (known >> FLAGS < now || (known & ANSWERED) == 0) {
        remove(hand);
        return true;
      }
    }
    return false;
  }

  private void remove(int number) {
    long hashes = words[number * entryWords + entryWords - 2];
    index.remove(hashes << 32, 2 * number);
    index.remove(hashes, 2 * number + 1);
    free[freeCount++] = number;
  }

  /** The number in the index of whose tuple is the same; -1 if none is. */
  private int find(int tuple, long hash) {
    int number = index.first(hash);
    while (number >= 0 && !isSame(tuple, (number >> 1) * entryWords + (number & 1) * tupleWords)) {
      number = index.next(number, hash);
    }
    return number;
  }

  private boolean isSame(int one, int other) {
    if (!v6) {
      return words[one] == words[other] && words[one + 1] == words[other + 1];
    }
    for (int i = 0; i < tupleWords; i++) {
      if (words[one + i] != words[other + i]) {
        return false;
      }
    }
    return true;
  }

  private long hash(int tuple) {
    if (!v6) {
      return Hashing.then(Hashing.of(words[tuple]), words[tuple + 1]);
    }
    long hash = Hashing.of(words[tuple]);
    for (int i = 1; i < tupleWords; i++) {
      hash = Hashing.then(hash, words[tuple + i]);
    }
    return hash;
  }

  private void writeTuple(int at, PacketBuffer packet, boolean reversed) {
    long fromPort = reversed ? packet.destinationPort : packet.sourcePort;
    long toPort = reversed ? packet.sourcePort : packet.destinationPort;
    long fromLow = reversed ? packet.destinationLow : packet.sourceLow;
    long toLow = reversed ? packet.sourceLow : packet.destinationLow;
    if (v6) {
      words[at] = reversed ? packet.destinationHigh : packet.sourceHigh;
      words[at + 1] = fromLow;
      words[at + 2] = reversed ? packet.sourceHigh : packet.destinationHigh;
      words[at + 3] = toLow;
    } else {
      words[at] = fromLow << 32 | toLow;
    }
    words[at + tupleWords - 1] = (long) packet.protocol << 32 | fromPort << 16 | toPort;
  }
}

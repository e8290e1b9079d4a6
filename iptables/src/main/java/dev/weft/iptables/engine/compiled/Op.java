package dev.weft.iptables.engine.compiled;

/**
 * The instructions of a program.
 *
 * <p>The first word of each holds its number in the lowest 6 bits. For a match, bit 6 says that it
 * is negated, and the bits from 8 on say how many words further the next rule begins, where packets
 * go that it does not hold for. Operands follow.
 */
final class Op {
  static final int NUMBER = 0x3F;
  static final int NEGATED = 0x40;
  static final int SKIP_SHIFT = 8;

  /** How many words a rule can have. */
  static final int LONGEST_RULE = 1 << 24;

  // Matches

  /** Address, mask. */
  static final int SOURCE_V4 = 0;

  static final int DESTINATION_V4 = 1;

  /** Address, mask: 4 words each. */
  static final int SOURCE_V6 = 2;

  static final int DESTINATION_V6 = 3;

  /** The number of a pattern. */
  static final int IN = 4;

  static final int OUT = 5;

  /** Number of IANA. */
  static final int PROTOCOL = 6;

  /** Protocol in the upper half, one destination port in the lower one. */
  static final int TO_PORT = 7;

  /** First port in the upper half, last port in the lower one. */
  static final int SOURCE_PORTS = 8;

  static final int DESTINATION_PORTS = 9;

  /**
   * Bit 0: source ports, bit 1: destination ports, bit 2: it holds if they are in no range; how
   * many ranges; ranges as above.
   */
  static final int MULTIPORT = 10;

  /** The number of a kind. */
  static final int SOURCE_TYPE = 11;

  static final int DESTINATION_TYPE = 12;

  /** Value, mask. */
  static final int MARK = 13;

  /** A bit for each state, by its number. */
  static final int STATE = 14;

  /** How many of 2^31 packets it holds for. */
  static final int RANDOM = 15;

  /** The number of a {@link Recollected}. */
  static final int RECENT = 16;

  /** As RECENT, but the list stays as it is. */
  static final int RECENT_UNCHANGED = 17;

  // Choices between rules that follow each other

  /** Bits from 8 on: how many rules the choice is between, this one first; the chain to jump to. */
  static final int EVEN_JUMP = 18;

  /**
   * Bits from 8 on: how many rules, this one first; list, seconds, the chain to jump to. The source
   * address is asked for, or the destination if NEGATED is set.
   */
  static final int RECENT_JUMP = 19;

  static final int RECENT_JUMP_LENGTH = 4;
  static final int EVEN_JUMP_LENGTH = 2;

  /** The number of a {@link Dispatch}. */
  static final int DISPATCH = 20;

  /** The number of a {@link Dispatch}; after which of its rules to go on. */
  static final int RESUME = 21;

  // Targets

  /** Where to; it leads back to the word behind. */
  static final int JUMP = 22;

  static final int GOTO = 23;
  static final int RETURN = 24;
  static final int ACCEPT = 25;
  static final int DROP = 26;
  static final int REJECT = 27;

  /** The number of a reason. */
  static final int UNDECIDED = 28;

  /** Value, mask. */
  static final int SET_MARK = 29;

  static final int NO_TRACK = 30;

  /** Port, or -1 to leave it; address, if there is one: 1 or 4 words. */
  static final int LEAD_TO_PORT = 31;

  static final int LEAD_TO_V4 = 32;
  static final int LEAD_TO_V6 = 33;

  /** Port, or -1 to leave it. */
  static final int REDIRECT = 34;

  /** Address: 1 or 4 words. */
  static final int COME_FROM_V4 = 35;

  static final int COME_FROM_V6 = 36;
  static final int MASQUERADE = 37;

  /**
   * A choice between endpoints of one port. Bits from 8 on: how many. Protocol in the upper half,
   * the port in the lower one; where packets of another protocol go, and where the same choice
   * stands as {@link #EVEN_JUMP}; for each, its address: 1 or 4 words. A packet that comes from the
   * endpoint that it shall go to jumps to its chain instead.
   */
  static final int EVEN_ENDPOINTS = 39;

  static final int ENDPOINTS = 3;

  /** To where it leads back; the chain follows. */
  static final int JUMP_NEXT = 40;

  /** A match that does not hold. */
  static final int NEVER = 38;

  private Op() {}

  /** What stands for a constant in words. */
  @SuppressWarnings("EnumOrdinal") // never leaves the process
  static int number(Enum<?> constant) {
    return constant.ordinal();
  }
}

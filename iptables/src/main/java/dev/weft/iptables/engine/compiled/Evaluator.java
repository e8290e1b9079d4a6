package dev.weft.iptables.engine.compiled;

import java.util.List;
import java.util.random.RandomGenerator;

/** Follows packets through the chains of one base chain. Used by one thread at a time. */
final class Evaluator {
  static final int ACCEPT = 0;
  static final int DROP = 1;
  static final int REJECT = 2;
  static final int UNDECIDED = 3;

  static final List<String> REASONS =
      List.of(
          "the packet meets too many rules, maybe in a circle",
          "the node's address on the packet's device is not known");
  private static final int CIRCLE = 0;
  private static final int NO_ADDRESS = 1;

  /** Instructions that a packet may meet in one base chain. */
  private static final int LONGEST_WAY = 10_000_000;

  private static final long LOOPBACK_V4 = 0x7F00_0001L;

  private final Program program;
  private final int[] code;
  private final Dispatch[] dispatches;
  private final Routes routes;
  private final Devices devices;
  private final RecentLists lists;
  private final RandomGenerator random;
  private final boolean v6;

  /** Where jumps lead back to. Without circles, no more chains are open than there are. */
  private final int[] callers;

  Evaluator(
      Program program,
      Routes routes,
      Devices devices,
      RecentLists lists,
      RandomGenerator random,
      boolean v6) {
    this.program = program;
    this.code = program.code();
    this.dispatches = program.dispatches();
    this.routes = routes;
    this.devices = devices;
    this.lists = lists;
    this.random = random;
    this.v6 = v6;
    this.callers = new int[program.chains() + 1];
  }

  /**
   * Follows a packet.
   *
   * @param start the place of the base chain
   * @param policy how a packet ends that no rule decides about
   * @return how it ends here; ACCEPT: it goes on
   */
  int run(int start, int policy, PacketBuffer packet, long now) {
    int open = 0;
    int at = start;
    for (int left = LONGEST_WAY; left > 0; left--) {
      int word = code[at];
      boolean held;
      int length;
      switch (word & Op.NUMBER) {
        case Op.SOURCE_V4 -> {
          held = ((int) packet.sourceLow & code[at + 2]) == code[at + 1];
          length = 3;
        }
        case Op.DESTINATION_V4 -> {
          held = ((int) packet.destinationLow & code[at + 2]) == code[at + 1];
          length = 3;
        }
        case Op.SOURCE_V6 -> {
          held = isWithin(at, packet.sourceHigh, packet.sourceLow);
          length = 9;
        }
        case Op.DESTINATION_V6 -> {
          held = isWithin(at, packet.destinationHigh, packet.destinationLow);
          length = 9;
        }
        case Op.IN -> {
          held = devices.isNamed(packet.in, code[at + 1]);
          length = 2;
        }
        case Op.OUT -> {
          held = devices.isNamed(packet.out, code[at + 1]);
          length = 2;
        }
        case Op.PROTOCOL -> {
          held = packet.protocol == code[at + 1];
          length = 2;
        }
        case Op.TO_PORT -> {
          held = (packet.protocol << 16 | packet.destinationPort) == code[at + 1];
          length = 2;
        }
        case Op.SOURCE_PORTS -> {
          held = contains(code[at + 1], packet.sourcePort);
          length = 2;
        }
        case Op.DESTINATION_PORTS -> {
          held = contains(code[at + 1], packet.destinationPort);
          length = 2;
        }
        case Op.MULTIPORT -> {
          held = isOnOneOf(at, packet);
          length = 3 + code[at + 2];
        }
        case Op.SOURCE_TYPE -> {
          held = routes.is(code[at + 1], packet.sourceHigh, packet.sourceLow);
          length = 2;
        }
        case Op.DESTINATION_TYPE -> {
          held = routes.is(code[at + 1], packet.destinationHigh, packet.destinationLow);
          length = 2;
        }
        case Op.MARK -> {
          held = (packet.mark & code[at + 2]) == code[at + 1];
          length = 3;
        }
        case Op.STATE -> {
          held = (packet.tracking & code[at + 1]) != 0;
          length = 2;
        }
        case Op.RANDOM -> {
          held = Integer.compareUnsigned(random.nextInt() >>> 1, code[at + 1]) < 0;
          length = 2;
        }
        case Op.RECENT -> {
          at = recent(at, packet, now);
          continue;
        }
        case Op.RECENT_UNCHANGED -> {
          held = isFresh(program.recents()[code[at + 1]], packet, now);
          length = 2;
        }
        case Op.NEVER -> {
          held = false;
          length = 1;
        }
        case Op.EVEN_JUMP -> {
          int choice = at + Op.EVEN_JUMP_LENGTH * draw(word >>> Op.SKIP_SHIFT);
          if (open == callers.length) {
            return undecided(packet, CIRCLE);
          }
          callers[open++] = choice + Op.EVEN_JUMP_LENGTH;
          at = code[choice + 1];
          continue;
        }
        case Op.EVEN_ENDPOINTS -> {
          if (packet.protocol != code[at + 1] >>> 16) {
            at = code[at + 2];
            continue;
          }
          int choice = draw(word >>> Op.SKIP_SHIFT);
          if (lead(at + Op.ENDPOINTS + choice * (v6 ? 4 : 1), code[at + 1] & 0xFFFF, packet)) {
            return ACCEPT;
          }
          int jump = code[at + 2] + Op.EVEN_JUMP_LENGTH * choice;
          if (open == callers.length) {
            return undecided(packet, CIRCLE);
          }
          callers[open++] = jump + Op.EVEN_JUMP_LENGTH;
          at = code[jump + 1];
          continue;
        }
        case Op.RECENT_JUMP -> {
          int choice = nearestRecent(at, packet, now);
          if (choice < 0) {
            at += Op.RECENT_JUMP_LENGTH * (word >>> Op.SKIP_SHIFT);
            continue;
          }
          if (open == callers.length) {
            return undecided(packet, CIRCLE);
          }
          callers[open++] = choice + Op.RECENT_JUMP_LENGTH;
          at = code[choice + 3];
          continue;
        }
        case Op.JUMP -> {
          if (open == callers.length) {
            return undecided(packet, CIRCLE);
          }
          callers[open++] = at + 2;
          at = code[at + 1];
          continue;
        }
        case Op.JUMP_NEXT -> {
          if (open == callers.length) {
            return undecided(packet, CIRCLE);
          }
          callers[open++] = code[at + 1];
          at += 2;
          continue;
        }
        case Op.GOTO -> {
          at = code[at + 1];
          continue;
        }
        case Op.RETURN -> {
          if (open == 0) {
            return policy;
          }
          at = callers[--open];
          continue;
        }
        case Op.DISPATCH -> {
          at = dispatches[code[at + 1]].first(packet, code);
          continue;
        }
        case Op.RESUME -> {
          at = dispatches[code[at + 1]].after(code[at + 2], packet, code);
          continue;
        }
        case Op.SET_MARK -> {
          packet.mark = (packet.mark & ~code[at + 2]) ^ code[at + 1];
          at += 3;
          continue;
        }
        case Op.NO_TRACK -> {
          // What comes back over the loopback has been seen already.
          if (packet.in != Devices.LOOPBACK) {
            packet.tracking = PacketBuffer.UNTRACKED;
          }
          at++;
          continue;
        }
        case Op.ACCEPT -> {
          return ACCEPT;
        }
        case Op.DROP -> {
          return DROP;
        }
        case Op.REJECT -> {
          return REJECT;
        }
        case Op.UNDECIDED -> {
          return undecided(packet, code[at + 1]);
        }
        default -> {
          return translate(at, packet);
        }
      }
      at += held == ((word & Op.NEGATED) == 0) ? length : word >>> Op.SKIP_SHIFT;
    }
    return undecided(packet, CIRCLE);
  }

  private static int undecided(PacketBuffer packet, int reason) {
    packet.reason = reason;
    return UNDECIDED;
  }

  /** A number from 0 to below the bound, each with the same chance, to 32 bits. */
  private int draw(int bound) {
    return (int) (((random.nextInt() & 0xFFFF_FFFFL) * bound) >>> 32);
  }

  /** Leads a packet to an endpoint, unless it comes from there. */
  private boolean lead(int endpoint, int port, PacketBuffer packet) {
    long high = v6 ? longAt(endpoint) : 0;
    long low = v6 ? longAt(endpoint + 2) : code[endpoint] & 0xFFFF_FFFFL;
    if (packet.sourceLow == low && packet.sourceHigh == high) {
      return false;
    }
    packet.leadTo(high, low, port);
    return true;
  }

  private boolean isWithin(int at, long high, long low) {
    return ((high ^ longAt(at + 1)) & longAt(at + 5)) == 0
        && ((low ^ longAt(at + 3)) & longAt(at + 7)) == 0;
  }

  private long longAt(int at) {
    return ((long) code[at] << 32) | (code[at + 1] & 0xFFFF_FFFFL);
  }

  private static boolean contains(int range, int port) {
    return range >>> 16 <= port && port <= (range & 0xFFFF);
  }

  private boolean isOnOneOf(int at, PacketBuffer packet) {
    if (!Protocols.hasPorts(packet.protocol)) {
      return false;
    }
    int kind = code[at + 1];
    boolean found = false;
    for (int i = at + 3; i < at + 3 + code[at + 2]; i++) {
      found |=
          ((kind & 1) != 0 && contains(code[i], packet.sourcePort))
              || ((kind & 2) != 0 && contains(code[i], packet.destinationPort));
    }
    return found == ((kind & 4) == 0);
  }

  private boolean isFresh(Recollected recent, PacketBuffer packet, long now) {
    return recent.bySource()
        ? recent.isFresh(lists, packet.sourceHigh, packet.sourceLow, now)
        : recent.isFresh(lists, packet.destinationHigh, packet.destinationLow, now);
  }

  /** Where to go on after {@code -m recent}. */
  private int recent(int at, PacketBuffer packet, long now) {
    int word = code[at];
    Recollected recent = program.recents()[code[at + 1]];
    boolean held = isFresh(recent, packet, now) == ((word & Op.NEGATED) == 0);
    if (recent.bySource()) {
      recent.remember(lists, packet.sourceHigh, packet.sourceLow, now, held);
    } else {
      recent.remember(lists, packet.destinationHigh, packet.destinationLow, now, held);
    }
    return held ? at + 2 : at + (word >>> Op.SKIP_SHIFT);
  }

  /** Of jumps by lists, the first one whose list holds the address; -1: none does. */
  private int nearestRecent(int at, PacketBuffer packet, long now) {
    boolean bySource = (code[at] & Op.NEGATED) == 0;
    long high = bySource ? packet.sourceHigh : packet.destinationHigh;
    long low = bySource ? packet.sourceLow : packet.destinationLow;
    int end = at + Op.RECENT_JUMP_LENGTH * (code[at] >>> Op.SKIP_SHIFT);
    int nearest = end;
    for (int entry = lists.first(code[at + 1], high, low); entry >= 0; entry = lists.next(entry)) {
      long age = now - lists.time(entry);
      for (int jump = at; jump < nearest; jump += Op.RECENT_JUMP_LENGTH) {
        boolean isFresh = code[jump + 2] < 0 || age <= code[jump + 2] * 1000L;
        if (code[jump + 1] == lists.list(entry) && isFresh) {
          nearest = jump;
        }
      }
    }
    return nearest < end ? nearest : -1;
  }

  /** What a target of the nat table does, by which the packet is done with that table. */
  private int translate(int at, PacketBuffer packet) {
    switch (code[at] & Op.NUMBER) {
      case Op.LEAD_TO_PORT ->
          packet.leadTo(packet.destinationHigh, packet.destinationLow, port(at, packet));
      case Op.LEAD_TO_V4 -> packet.leadTo(0, code[at + 2] & 0xFFFF_FFFFL, port(at, packet));
      case Op.LEAD_TO_V6 -> packet.leadTo(longAt(at + 2), longAt(at + 4), port(at, packet));
      case Op.REDIRECT -> {
        if (packet.in == Devices.NONE) {
          packet.leadTo(0, v6 ? 1 : LOOPBACK_V4, port(at, packet));
        } else if (routes.hasSource(packet.in)) {
          packet.leadTo(
              routes.sourceHigh(packet.in), routes.sourceLow(packet.in), port(at, packet));
        } else {
          return undecided(packet, NO_ADDRESS);
        }
      }
      case Op.COME_FROM_V4 -> packet.comeFrom(0, code[at + 1] & 0xFFFF_FFFFL, packet.sourcePort);
      case Op.COME_FROM_V6 -> packet.comeFrom(longAt(at + 1), longAt(at + 3), packet.sourcePort);
      case Op.MASQUERADE -> {
        if (!routes.hasSource(packet.out)) {
          return undecided(packet, NO_ADDRESS);
        }
        packet.comeFrom(
            routes.sourceHigh(packet.out), routes.sourceLow(packet.out), packet.sourcePort);
      }
      default -> throw new IllegalStateException("no instruction: " + code[at]);
    }
    return ACCEPT;
  }

  private int port(int at, PacketBuffer packet) {
    return code[at + 1] < 0 ? packet.destinationPort : code[at + 1];
  }
}

package dev.weft.iptables.engine.compiled;

import dev.weft.iptables.engine.Hook;
import dev.weft.iptables.engine.Host;
import dev.weft.iptables.ruleset.Ruleset;
import dev.weft.iptables.ruleset.TableName;
import dev.weft.net.IpFamily;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Follows many packets through the hooks of the kernel: what it does is what {@link
 * dev.weft.iptables.engine.Interpreter} says, with one of its branches taken by chance. Connections
 * are remembered, so that later packets and answers are known, and so are addresses by {@code -m
 * recent}.
 *
 * <p>The time that a packet takes does not depend on how many rules there are that name other
 * addresses and ports than it has, and nothing is allocated for it. Used by one thread at a time.
 */
public final class CompiledEngine {
  private static final int PREROUTING_RAW = Program.base(Hook.PREROUTING, TableName.RAW);
  private static final int PREROUTING_MANGLE = Program.base(Hook.PREROUTING, TableName.MANGLE);
  private static final int PREROUTING_NAT = Program.base(Hook.PREROUTING, TableName.NAT);
  private static final int INPUT_MANGLE = Program.base(Hook.INPUT, TableName.MANGLE);
  private static final int INPUT_FILTER = Program.base(Hook.INPUT, TableName.FILTER);
  private static final int INPUT_SECURITY = Program.base(Hook.INPUT, TableName.SECURITY);
  private static final int INPUT_NAT = Program.base(Hook.INPUT, TableName.NAT);
  private static final int FORWARD_MANGLE = Program.base(Hook.FORWARD, TableName.MANGLE);
  private static final int FORWARD_FILTER = Program.base(Hook.FORWARD, TableName.FILTER);
  private static final int FORWARD_SECURITY = Program.base(Hook.FORWARD, TableName.SECURITY);
  private static final int OUTPUT_RAW = Program.base(Hook.OUTPUT, TableName.RAW);
  private static final int OUTPUT_MANGLE = Program.base(Hook.OUTPUT, TableName.MANGLE);
  private static final int OUTPUT_NAT = Program.base(Hook.OUTPUT, TableName.NAT);
  private static final int OUTPUT_FILTER = Program.base(Hook.OUTPUT, TableName.FILTER);
  private static final int OUTPUT_SECURITY = Program.base(Hook.OUTPUT, TableName.SECURITY);
  private static final int POSTROUTING_MANGLE = Program.base(Hook.POSTROUTING, TableName.MANGLE);
  private static final int POSTROUTING_NAT = Program.base(Hook.POSTROUTING, TableName.NAT);

  private static final int CONNECTIONS = 1 << 16;
  private static final int RECENT = 1 << 16;

  private final ConnectionTable connections;
  private final RecentLists lists;
  private final RandomGenerator random;
  private final IpFamily family;
  private final Devices devices = new Devices();
  private final Routes routes;
  private Program program;
  private Evaluator evaluator;

  /**
   * An engine that remembers 65,536 connections and as many addresses, and draws by numbers of its
   * own.
   */
  public static CompiledEngine of(Ruleset ruleset, Host host) {
    return new CompiledEngine(
        ruleset,
        host,
        new ConnectionTable(ruleset.family(), CONNECTIONS),
        new RecentLists(ruleset.family(), RECENT),
        new SplittableRandom());
  }

  /**
   * An engine.
   *
   * @param connections of the family of the rules
   * @param random decides where rules leave it to chance; asked for integers of 32 bits
   */
  public CompiledEngine(
      Ruleset ruleset,
      Host host,
      ConnectionTable connections,
      RecentLists lists,
      RandomGenerator random) {
    this.connections = connections;
    this.lists = lists;
    this.random = random;
    this.family = ruleset.family();
    this.routes = new Routes(host, family, devices);
    this.program = RulesetCompiler.compile(ruleset, lists, devices);
    this.evaluator = evaluator();
  }

  private Evaluator evaluator() {
    return new Evaluator(program, routes, devices, lists, random, family == IpFamily.V6);
  }

  /**
   * Takes other rules from now on. Connections and remembered addresses stay, as in the kernel.
   *
   * @param ruleset of the same family
   */
  public void replace(Ruleset ruleset) {
    if (ruleset.family() != family) {
      throw new IllegalArgumentException(
          "the engine is for " + family + ", the ruleset is of " + ruleset.family());
    }
    program = RulesetCompiler.compile(ruleset, lists, devices);
    evaluator = evaluator();
  }

  /** The rules at which packets end as undecided. */
  public List<Undecidable> undecidable() {
    return program.undecidable();
  }

  /** Why a packet is undecided that ended so. */
  public String reason(PacketBuffer packet) {
    return program.reasons().get(packet.reason);
  }

  /** The number of a device in packets; the same for the engine's life. */
  public int device(String name) {
    return devices.number(name);
  }

  /** The name of a device; empty for none. */
  public String deviceName(int number) {
    return devices.name(number);
  }

  /**
   * Follows a packet that comes by a device.
   *
   * @param device its number
   * @param now in milliseconds, of any clock that does not go back
   */
  public void arrive(PacketBuffer packet, int device, long now) {
    packet.in = device;
    packet.out = Devices.NONE;
    enter(packet, PREROUTING_RAW, PREROUTING_MANGLE, now);
    if (packet.end == Evaluator.ACCEPT) {
      translateDestination(packet, PREROUTING_NAT, now);
    }
    if (packet.end == Evaluator.ACCEPT) {
      route(packet, now);
    }
  }

  /** Follows a packet that the node itself sends; see {@link #arrive}. */
  public void send(PacketBuffer packet, long now) {
    packet.in = Devices.NONE;
    packet.out = Devices.NONE;
    packet.end = Evaluator.ACCEPT;
    long high = packet.destinationHigh;
    long low = packet.destinationLow;
    if (findRoute(packet)) {
      enter(packet, OUTPUT_RAW, OUTPUT_MANGLE, now);
    }
    if (packet.end == Evaluator.ACCEPT) {
      translateDestination(packet, OUTPUT_NAT, now);
    }
    boolean passes =
        packet.end == Evaluator.ACCEPT
            && ask(packet, OUTPUT_FILTER, now)
            && ask(packet, OUTPUT_SECURITY, now)
            && ((packet.destinationHigh == high && packet.destinationLow == low)
                || findRoute(packet));
    if (passes && leave(packet, now) && packet.out == Devices.LOOPBACK) {
      // What the node sends to itself arrives there by the loopback interface.
      packet.in = Devices.LOOPBACK;
      packet.out = Devices.NONE;
      enter(packet, PREROUTING_RAW, PREROUTING_MANGLE, now);
      if (packet.end == Evaluator.ACCEPT) {
        translateDestination(packet, PREROUTING_NAT, now);
      }
      if (packet.end == Evaluator.ACCEPT) {
        route(packet, now);
      }
    }
  }

  /** Up to the point where the connection is known: until then it counts as invalid. */
  private void enter(PacketBuffer packet, int raw, int mangle, long now) {
    packet.end = Evaluator.ACCEPT;
    if (packet.in == Devices.LOOPBACK && packet.tracking != 0) {
      // It was looked up when it was sent.
      if (!ask(packet, raw, now)) {
        return;
      }
    } else {
      int known = packet.tracking;
      packet.tracking = PacketBuffer.INVALID;
      boolean passes = ask(packet, raw, now);
      if (packet.tracking == PacketBuffer.UNTRACKED) {
        packet.forgetConnection();
      } else {
        packet.tracking = known;
      }
      if (!passes) {
        return;
      }
      if (packet.tracking == 0) {
        connections.track(packet, now);
      }
    }
    ask(packet, mangle, now);
  }

  /** The nat table is asked once in a connection for each side. */
  private void translateDestination(PacketBuffer packet, int nat, long now) {
    if (!packet.isTracked()) {
      return;
    }
    if ((packet.natDone & PacketBuffer.DESTINATION_DONE) == 0) {
      ask(packet, nat, now);
      packet.natDone |= PacketBuffer.DESTINATION_DONE;
    } else if (packet.led) {
      packet.leadTo(packet.ledToHigh, packet.ledToLow, packet.ledToPort);
    }
  }

  private void translateSource(PacketBuffer packet, int nat, long now) {
    if (!packet.isTracked()) {
      return;
    }
    if ((packet.natDone & PacketBuffer.SOURCE_DONE) == 0) {
      ask(packet, nat, now);
      packet.natDone |= PacketBuffer.SOURCE_DONE;
    } else if (packet.disguised) {
      packet.comeFrom(packet.comingFromHigh, packet.comingFromLow, packet.comingFromPort);
    }
  }

  /** From PREROUTING on. */
  private void route(PacketBuffer packet, long now) {
    if (!findRoute(packet)) {
      return;
    }
    if (packet.out == Devices.LOOPBACK) {
      packet.out = Devices.NONE;
      deliver(packet, now);
      packet.out = Devices.LOOPBACK;
      return;
    }
    boolean passes =
        ask(packet, FORWARD_MANGLE, now)
            && ask(packet, FORWARD_FILTER, now)
            && ask(packet, FORWARD_SECURITY, now);
    if (passes) {
      packet.in = Devices.NONE;
      leave(packet, now);
    }
  }

  private boolean findRoute(PacketBuffer packet) {
    int device = routes.device(packet.destinationHigh, packet.destinationLow);
    if (device == Devices.NONE) {
      packet.end = Evaluator.DROP;
      return false;
    }
    packet.out = device;
    return true;
  }

  private void deliver(PacketBuffer packet, long now) {
    boolean passes =
        ask(packet, INPUT_MANGLE, now)
            && ask(packet, INPUT_FILTER, now)
            && ask(packet, INPUT_SECURITY, now);
    if (passes) {
      translateSource(packet, INPUT_NAT, now);
    }
    confirm(packet, now);
  }

  private boolean leave(PacketBuffer packet, long now) {
    if (ask(packet, POSTROUTING_MANGLE, now)) {
      translateSource(packet, POSTROUTING_NAT, now);
    }
    return confirm(packet, now);
  }

  private boolean confirm(PacketBuffer packet, long now) {
    if (packet.end == Evaluator.ACCEPT && packet.begins && packet.isTracked()) {
      packet.begins = false;
      if (!connections.confirm(packet, now)) {
        packet.end = Evaluator.DROP;
      }
    }
    return packet.end == Evaluator.ACCEPT;
  }

  private boolean ask(PacketBuffer packet, int base, long now) {
    int start = program.entries()[base];
    if (start >= 0) {
      packet.end =
          evaluator.run(
              start, program.drops()[base] ? Evaluator.DROP : Evaluator.ACCEPT, packet, now);
    }
    return packet.end == Evaluator.ACCEPT;
  }
}

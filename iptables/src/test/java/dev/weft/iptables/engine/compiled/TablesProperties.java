package dev.weft.iptables.engine.compiled;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.iptables.ruleset.Match.CtState;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The tables that are made for speed hold what plain maps would. */
class TablesProperties {
  private static final int STEPS = 2000;

  @Property(tries = 30)
  void listsRememberAddressesAndJoinAtAnyTime(@ForAll Random random) {
    IpFamily family = random.nextBoolean() ? IpFamily.V4 : IpFamily.V6;
    RecentLists lists = new RecentLists(family, 200);
    Map<String, Map<IpAddress, Long>> model = new HashMap<>();
    for (int step = 0; step < STEPS; step++) {
      String name = "list-" + random.nextInt(8);
      IpAddress address = address(random, family, 20);
      Map<IpAddress, Long> known = model.computeIfAbsent(name, _ -> new HashMap<>());
      int entry = lists.find(lists.number(name), address.high(), address.low());
      switch (random.nextInt(20)) {
        case 0 -> {
          lists.join(lists.number(name), lists.number("list-" + random.nextInt(8)));
          lists.settle();
        }
        case 1, 2, 3, 4 -> {
          if (entry >= 0) {
            lists.forget(entry);
          }
          known.remove(address);
        }
        default -> {
          lists.seen(name, address, step);
          known.put(address, (long) step);
        }
      }
      Long time = known.get(address);
      assertEquals(
          time == null ? OptionalLong.empty() : OptionalLong.of(time),
          lists.lastSeen(name, address));
      assertEquals(known.keySet(), new HashSet<>(lists.addresses(name)));
    }
  }

  @Property(tries = 30)
  void listsNeverHoldMoreThanTheyCanAndKeepTheLatest(@ForAll Random random) {
    int capacity = 1 + random.nextInt(50);
    RecentLists lists = new RecentLists(IpFamily.V4, capacity);
    for (int step = 0; step < STEPS; step++) {
      IpAddress address = address(random, IpFamily.V4, 200);
      lists.seen("list-" + random.nextInt(3), address, step);
      int held = lists.names().stream().mapToInt(name -> lists.addresses(name).size()).sum();
      assertTrue(held <= capacity, () -> held + " of " + capacity);
    }
    IpAddress last = address(random, IpFamily.V4, 200);
    lists.seen("list", last, STEPS);
    assertEquals(OptionalLong.of(STEPS), lists.lastSeen("list", last));
  }

  /** What the model knows of a connection. */
  private record Known(long until, boolean answered) {}

  private record Tuple(
      IpAddress source, IpAddress destination, int sourcePort, int destinationPort) {
    @SuppressWarnings("ArgumentSelectionDefectChecker") // swapped on purpose
    Tuple answer() {
      return new Tuple(destination, source, destinationPort, sourcePort);
    }
  }

  @Property(tries = 30)
  void connectionsAreKnownInBothDirectionsUntilTheyTimeOut(@ForAll Random random) {
    IpFamily family = random.nextBoolean() ? IpFamily.V4 : IpFamily.V6;
    ConnectionTable table = new ConnectionTable(family, STEPS);
    Map<Tuple, Known> model = new HashMap<>();
    PacketBuffer packet = new PacketBuffer();
    long now = 0;
    for (int step = 0; step < STEPS; step++) {
      now += random.nextInt(2000);
      Tuple tuple =
          new Tuple(
              address(random, family, 6),
              address(random, family, 6),
              random.nextInt(3),
              random.nextInt(3));
      if (tuple.equals(tuple.answer())) {
        continue; // whoever talks to himself answers himself
      }
      packet.source(tuple.source.high(), tuple.source.low(), tuple.sourcePort);
      packet.destination(tuple.destination.high(), tuple.destination.low(), tuple.destinationPort);
      packet.protocol(Protocols.UDP);
      table.track(packet, now);
      long moment = now;
      model.values().removeIf(known -> known.until < moment);
      Known forth = model.get(tuple);
      Known back = model.get(tuple.answer());
      if (forth == null && back == null) {
        assertTrue(packet.has(CtState.NEW) && packet.begins, tuple::toString);
        assertTrue(table.confirm(packet, now));
        model.put(tuple, new Known(now + 30_000, false));
      } else {
        boolean answered = forth == null || forth.answered;
        assertTrue(packet.has(answered ? CtState.ESTABLISHED : CtState.NEW), tuple::toString);
        assertTrue(!packet.begins && !packet.led && !packet.disguised, tuple::toString);
        model.put(
            back == null ? tuple : tuple.answer(),
            new Known(now + (answered ? 120_000 : 30_000), answered));
      }
      assertTrue(table.size() >= model.size());
    }
  }

  /** Numbers find each other again, and nothing else is lost when one goes. */
  @Property(tries = 50)
  void chainsFindWhatWasAdded(@ForAll Random random) {
    int capacity = 1 + random.nextInt(40);
    HashChains chains = new HashChains(capacity);
    Map<Integer, Long> model = new HashMap<>();
    List<Long> hashes = List.of(0L, -1L, 1L << 32, 1L, 77L << 40, random.nextLong());
    for (int step = 0; step < STEPS; step++) {
      int number = random.nextInt(capacity);
      Long hash = model.remove(number);
      if (hash != null) {
        chains.remove(hash, number);
      } else {
        long added = hashes.get(random.nextInt(hashes.size()));
        chains.add(added, number);
        model.put(number, added);
      }
      for (long each : hashes) {
        Set<Integer> found = new HashSet<>();
        for (int at = chains.first(each); at >= 0; at = chains.next(at, each)) {
          assertTrue(found.add(at));
        }
        model.forEach(
            (known, at) -> assertTrue(at != each || found.contains(known), model::toString));
        assertTrue(model.keySet().containsAll(found), model::toString);
      }
    }
  }

  private static IpAddress address(Random random, IpFamily family, int count) {
    IpAddress first = IpAddress.of(family == IpFamily.V4 ? "10.0.0.250" : "fd00::ffff:fff0");
    return first.plus(random.nextInt(count));
  }
}

package dev.weft.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import dev.weft.net.MacAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;

/** Any sequence of operations has the same outcomes and leaves the same state on both kernels. */
class TwinPropertyTest {
  private static final List<MacAddress> MACS =
      List.of(
          MacAddress.of("02:00:00:00:00:0a"),
          MacAddress.of("02:00:00:00:00:0b"),
          MacAddress.of("02:00:00:00:00:0c"),
          MacAddress.of("02:00:00:00:00:0d"));
  private static final MacAddress DRAWN = MacAddress.of("02:ff:ff:ff:ff:ff");

  /** Two namespaces of one kernel. */
  record Pair(NetworkNamespace here, NetworkNamespace there) {}

  /** Something to do in a namespace, with words for a person who reads a failure. */
  record Operation(String words, Consumer<Pair> work) {
    String outcome(Pair pair) {
      try {
        work.accept(pair);
        return "done";
      } catch (KernelException e) {
        return e.errno().toString();
      }
    }

    @Override
    public String toString() {
      return words;
    }
  }

  /**
   * The same sequences each time, so that a build fails only for what was changed in it. To search
   * for more, take the seed away and try thousands.
   */
  @Property(tries = 60, seed = "20260101", shrinking = ShrinkingMode.BOUNDED)
  void theTwinDoesWhatLinuxDoes(@ForAll("sequences") List<Operation> operations) {
    try (Namespaces linux = new LinuxNamespaces();
        Namespaces memory = new InMemoryNamespaces(linux.hasVlanFiltering())) {
      Pair real = new Pair(linux.open("here"), linux.open("there"));
      Pair twin = new Pair(memory.open("here"), memory.open("there"));
      List<String> done = new ArrayList<>();
      for (Operation operation : operations) {
        String outcome = operation.outcome(real);
        done.add(operation + ": " + outcome);
        assertEquals(outcome, operation.outcome(twin), done::toString);
        assertEquals(describe(real.here), describe(twin.here), done::toString);
        assertEquals(describe(real.there), describe(twin.there), done::toString);
      }
    }
  }

  /**
   * What must be equal at once. Left out is what Linux does later by itself: operational state,
   * link-local addresses and their routes. MACs that nobody chose count as one.
   */
  private static String describe(NetworkNamespace namespace) {
    TreeSet<String> facts = new TreeSet<>();
    for (Link link : namespace.links()) {
      boolean chosen = MACS.contains(link.mac()) || link.mac().value() == 0;
      facts.add(
          new Link(
                  link.index(),
                  link.name(),
                  link.kind(),
                  chosen ? link.mac() : DRAWN,
                  link.mtu(),
                  link.up(),
                  Link.OperationalState.UNKNOWN,
                  link.promiscuous(),
                  link.master(),
                  link.group(),
                  link.alias(),
                  link.port())
              .toString());
    }
    for (InterfaceAddress address : namespace.addresses()) {
      if (!isLinkLocal(address.prefix())) {
        facts.add("address " + address.prefix() + " on " + address.linkIndex());
      }
    }
    for (Route route : namespace.routes()) {
      if (!isLinkLocal(route.destination())) {
        facts.add(route.toString());
      }
    }
    return String.join("\n", facts);
  }

  private static boolean isLinkLocal(IpPrefix prefix) {
    return prefix.address().isV6() && prefix.address().isLinkLocal();
  }

  @Provide
  Arbitrary<List<Operation>> sequences() {
    return Arbitraries.frequencyOf(
            Tuple.of(3, veths()),
            Tuple.of(1, bridges()),
            Tuple.of(6, changes()),
            Tuple.of(1, deletions()),
            Tuple.of(5, addresses()),
            Tuple.of(5, routes()),
            Tuple.of(1, settings()))
        .list()
        .ofMinSize(5)
        .ofMaxSize(40);
  }

  private static Arbitrary<Operation> veths() {
    return Combinators.combine(names(), names(), macs(), macs(), Arbitraries.of(true, false))
        .as(
            (name, peer, mac, peerMac, peerIsHere) ->
                new Operation(
                    "veth " + name + " - " + peer + (peerIsHere ? " here" : " there"),
                    pair ->
                        pair.here.create(
                            new NewLink.Veth(
                                name,
                                Optional.of(mac),
                                OptionalInt.empty(),
                                0,
                                new NewLink.Peer(
                                    peerIsHere ? pair.here : pair.there,
                                    peer,
                                    Optional.of(peerMac),
                                    OptionalInt.empty())))));
  }

  private static Arbitrary<Operation> bridges() {
    return Combinators.combine(names(), macs().optional(), Arbitraries.of(0, 1400))
        .as(
            (name, mac, mtu) ->
                new Operation(
                    "bridge " + name + mac.map(m -> " " + m).orElse("") + " mtu " + mtu,
                    pair ->
                        pair.here.create(
                            new NewLink.Bridge(
                                name,
                                mac,
                                mtu == 0 ? OptionalInt.empty() : OptionalInt.of(mtu),
                                0,
                                false))));
  }

  private static Arbitrary<Operation> changes() {
    Arbitrary<LinkChange> change =
        Arbitraries.frequencyOf(
            Tuple.of(6, Arbitraries.just(new LinkChange.Up())),
            Tuple.of(2, Arbitraries.just(new LinkChange.Down())),
            Tuple.of(2, indexes().map(LinkChange.Master::new)),
            Tuple.of(1, Arbitraries.just(new LinkChange.NoMaster())),
            Tuple.of(1, macs().map(LinkChange.Mac::new)),
            Tuple.of(1, Arbitraries.of(true, false).map(LinkChange.ArpNotify::new)),
            Tuple.of(1, Arbitraries.of(1279, 1300, 1500, 9000).map(LinkChange.Mtu::new)),
            Tuple.of(1, names().map(LinkChange.Rename::new)),
            Tuple.of(1, Arbitraries.of(0, 5, Link.DOOMED_GROUP).map(LinkChange.Group::new)),
            Tuple.of(1, Arbitraries.of("", "mine").map(LinkChange.Alias::new)),
            Tuple.of(1, Arbitraries.of(true, false).map(LinkChange.Promiscuous::new)),
            Tuple.of(1, Arbitraries.of(true, false).map(LinkChange.Hairpin::new)),
            Tuple.of(1, Arbitraries.of(true, false).map(LinkChange.Isolated::new)));
    return Combinators.combine(
            indexes(),
            change.list().ofMinSize(1).ofMaxSize(3).uniqueElements(TwinPropertyTest::subject),
            Arbitraries.of(true, true, false))
        .as(
            (index, changes, isHere) ->
                new Operation(
                    "change " + index + (isHere ? " here " : " there ") + changes,
                    pair ->
                        (isHere ? pair.here : pair.there)
                            .change(index, changes.toArray(LinkChange[]::new))));
  }

  /** What a change is about: two changes of one subject contradict each other. */
  private static Object subject(LinkChange change) {
    return switch (change) {
      case LinkChange.Down _ -> LinkChange.Up.class;
      case LinkChange.NoMaster _ -> LinkChange.Master.class;
      default -> change.getClass();
    };
  }

  private static Arbitrary<Operation> deletions() {
    return Arbitraries.oneOf(
        indexes()
            .map(index -> new Operation("delete " + index, pair -> pair.here.deleteLink(index))),
        indexes()
            .list()
            .ofMaxSize(3)
            .map(all -> new Operation("delete " + all, pair -> pair.here.deleteLinks(all))));
  }

  private static Arbitrary<Operation> addresses() {
    Arbitrary<IpPrefix> prefixes =
        Arbitraries.of(
                "10.1.0.1/24",
                "10.1.0.2/24",
                "10.1.0.1/16",
                "10.1.0.1/32",
                "10.2.0.1/31",
                "fd00::1/64",
                "fd00::2/64",
                "fd00::1/80",
                "fd02::1/128",
                "127.0.0.1/8",
                "::1/128")
            .map(IpPrefix::of);
    return Combinators.combine(indexes(), prefixes, Arbitraries.of(true, true, false))
        .as(
            (index, prefix, adds) ->
                new Operation(
                    (adds ? "add " : "remove ") + prefix + " on " + index,
                    pair -> {
                      InterfaceAddress address = InterfaceAddress.of(index, prefix);
                      if (adds) {
                        pair.here.add(address);
                      } else {
                        pair.here.remove(address);
                      }
                    }));
  }

  private static Arbitrary<Operation> routes() {
    Arbitrary<Route> v4 =
        route(
            List.of("0.0.0.0/0", "10.1.0.0/24", "10.9.0.0/16", "10.9.0.1/16", "10.1.0.7/32"),
            List.of("10.1.0.254", "10.1.0.1", "10.1.0.255", "10.2.0.0", "10.9.0.1"),
            List.of("10.1.0.1", "10.1.0.2"),
            Route.Scope.LINK);
    Arbitrary<Route> v6 =
        route(
            List.of("::/0", "fd00::/64", "fd09::/64", "fd09::1/64", "fd00::7/128"),
            List.of("fd00::fe", "fd00::1", "fd02::1", "fe80::1", "fd09::1"),
            List.of("fd00::1", "fd00::2"),
            Route.Scope.UNIVERSE);
    return Combinators.combine(
            Arbitraries.oneOf(v4, v6), Arbitraries.of("add", "add", "replace", "remove"))
        .as(
            (route, verb) ->
                new Operation(
                    verb + " " + route,
                    pair -> {
                      switch (verb) {
                        case "add" -> pair.here.add(route);
                        case "replace" -> pair.here.replace(route);
                        default -> pair.here.remove(route);
                      }
                    }));
  }

  private static Arbitrary<Route> route(
      List<String> destinations,
      List<String> gateways,
      List<String> sources,
      Route.Scope scopeOnLink) {
    return Combinators.combine(
            Arbitraries.of(destinations).map(IpPrefix::of),
            Arbitraries.of(gateways).map(IpAddress::of).optional(0.6),
            Arbitraries.of(2, 2, 2, 3, 3, 4, 5),
            Arbitraries.of(sources).map(IpAddress::of).optional(0.2),
            Arbitraries.of(0, 0, 7),
            Arbitraries.of(Route.MAIN, Route.MAIN, 100),
            Arbitraries.of(false, false, true))
        .as(
            (destination, gateway, index, source, priority, table, onlink) ->
                new Route(
                    destination,
                    gateway,
                    index,
                    source,
                    gateway.isPresent() ? Route.Scope.UNIVERSE : scopeOnLink,
                    priority,
                    table,
                    Route.BOOT,
                    onlink && gateway.isPresent(),
                    OptionalInt.empty(),
                    OptionalInt.empty()));
  }

  private static Arbitrary<Operation> settings() {
    return Combinators.combine(
            names(),
            Arbitraries.of("disable_ipv6", "keep_addr_on_down", "forwarding"),
            Arbitraries.of("0", "1"))
        .as(
            (name, key, value) ->
                new Operation(
                    "set " + name + "/" + key + " " + value,
                    pair -> pair.here.sysctl().set(value, "net", "ipv6", "conf", name, key)));
  }

  private static Arbitrary<String> names() {
    return Arbitraries.of("lo", "a", "b", "c", "d");
  }

  private static Arbitrary<MacAddress> macs() {
    return Arbitraries.of(MACS);
  }

  private static Arbitrary<Integer> indexes() {
    return Arbitraries.of(1, 2, 2, 2, 3, 3, 3, 4, 5, 6);
  }
}

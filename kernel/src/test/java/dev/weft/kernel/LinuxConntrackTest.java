package dev.weft.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.kernel.memory.InMemoryConntrack;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Flows that real datagrams make, read and deleted; the twin in memory deletes the same. */
class LinuxConntrackTest {
  private static final int UDP = 17;

  private Namespaces namespaces;
  private NetworkNamespace namespace;
  private Conntrack conntrack;

  @BeforeEach
  void track() {
    namespaces = new LinuxNamespaces();
    namespace = namespaces.open("here");
    conntrack = namespace.conntrack();
    assumeTrue(
        namespace.nftables().hasProgram() && namespace.nftables().isAvailable(NftTable.Family.INET),
        "needs nftables with NAT in the family inet");
    namespace.change(1, new LinkChange.Up());
    // Connections are tracked once a rule asks for their state; one translates a destination too.
    namespace
        .nftables()
        .load(
            List.of(
                new NftTable(
                    NftTable.Family.INET,
                    "weft_test",
                    "made by a test",
                    List.of(),
                    List.of(
                        new NftTable.Chain(
                            "output",
                            Optional.of("type nat hook output priority -100; policy accept"),
                            List.of(
                                "ct state established accept",
                                "ip daddr 127.0.0.9 udp dport 99 dnat to 127.0.0.2:5302"))))));
    send("127.0.0.2", 5301);
    send("127.0.0.2", 5302);
    send("127.0.0.3", 5301);
    send("127.0.0.9", 99);
    send("::1", 5301);
  }

  @AfterEach
  void removeNamespaces() {
    if (namespaces != null) {
      namespaces.close();
    }
  }

  private void send(String destination, int port) {
    namespace.inside(
        () -> {
          try (DatagramSocket socket = new DatagramSocket()) {
            byte[] data = {1};
            socket.send(
                new DatagramPacket(data, 1, IpAddress.of(destination).toInetAddress(), port));
            return Optional.empty();
          }
        });
  }

  private static Conntrack.Filter udpTo(
      Optional<String> destination, Optional<Integer> port, Optional<String> repliedBy) {
    return new Conntrack.Filter(
        IpFamily.V4,
        Optional.of(UDP),
        Optional.empty(),
        destination.map(IpAddress::of),
        port,
        repliedBy.map(IpAddress::of));
  }

  private List<String> destinations(IpFamily family) {
    List<String> destinations = new ArrayList<>();
    for (Conntrack.Flow flow : conntrack.flows(family)) {
      if (flow.original().protocol() == UDP) {
        destinations.add(flow.original().destination() + " " + flow.original().destinationPort());
      }
    }
    destinations.sort(null);
    return destinations;
  }

  @Test
  void flowsAreReadInBothDirections() {
    assertEquals(
        List.of("127.0.0.2 5301", "127.0.0.2 5302", "127.0.0.3 5301", "127.0.0.9 99"),
        destinations(IpFamily.V4));
    assertEquals(List.of("::1 5301"), destinations(IpFamily.V6));
    Conntrack.Flow translated =
        conntrack.flows(IpFamily.V4).stream()
            .filter(flow -> flow.original().destinationPort() == 99)
            .findFirst()
            .orElseThrow();
    assertEquals(IpAddress.of("127.0.0.2"), translated.reply().source());
    assertEquals(5302, translated.reply().sourcePort());
    assertEquals(translated.original().sourcePort(), translated.reply().destinationPort());
    assertTrue(translated.original().sourcePort() > 0);
  }

  @Test
  void onlyWhatTheFilterMatchesIsDeleted() {
    List<Conntrack.Filter> filters =
        List.of(
            udpTo(Optional.of("127.0.0.2"), Optional.of(5301), Optional.empty()),
            udpTo(Optional.of("127.0.0.2"), Optional.of(5301), Optional.empty()),
            udpTo(Optional.empty(), Optional.of(5301), Optional.empty()),
            udpTo(Optional.empty(), Optional.empty(), Optional.of("127.0.0.2")),
            udpTo(Optional.empty(), Optional.empty(), Optional.empty()));
    InMemoryConntrack twin = new InMemoryConntrack();
    conntrack.flows(IpFamily.V4).forEach(twin::track);
    for (Conntrack.Filter filter : filters) {
      int deleted = conntrack.delete(filter);
      assertEquals(twin.delete(filter), deleted, filter::toString);
      assertEquals(
          List.copyOf(twin.flows(IpFamily.V4)), conntrack.flows(IpFamily.V4), filter::toString);
    }
    assertEquals(List.of(), destinations(IpFamily.V4));
    assertEquals(List.of("::1 5301"), destinations(IpFamily.V6));
  }

  @Test
  void onlyThoseAreDeletedForWhichTheConditionHolds() {
    Conntrack.Filter all = udpTo(Optional.empty(), Optional.empty(), Optional.empty());
    int deleted = conntrack.delete(all, flow -> flow.reply().sourcePort() == 5302);
    assertEquals(2, deleted);
    assertEquals(List.of("127.0.0.2 5301", "127.0.0.3 5301"), destinations(IpFamily.V4));
  }
}

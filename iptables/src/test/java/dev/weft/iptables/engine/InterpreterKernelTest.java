package dev.weft.iptables.engine;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.iptables.PacketLab;
import dev.weft.iptables.ruleset.Match.CtState;
import dev.weft.iptables.ruleset.Ruleset;
import dev.weft.iptables.ruleset.RulesetText;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real datagrams under random rules arrive where the interpreter says, with that source. */
class InterpreterKernelTest {
  private static final int RULESETS = 12;
  private static final int PACKETS = 10;

  /** For the same rules in each build; other seeds find more. */
  private static final long SEED = 20260101;

  /** How long to wait for what must come, and for what must not, in milliseconds. */
  private static final int LONG = 3000;

  private static final int SHORT = 30;

  /** Each datagram has a source port of its own, so that none belongs to a connection before. */
  private static final int FIRST_PORT = 20_000;

  private static final IpAddress SERVICE = IpAddress.of("172.30.0.1");
  private static final IpAddress BRIDGE = IpAddress.of("10.88.0.1");
  private static final IpAddress UPLINK = IpAddress.of(PacketLab.NODE_V4);
  private static final IpAddress POD = IpAddress.of(PacketLab.POD_V4);
  private static final IpAddress OTHER = IpAddress.of(PacketLab.OTHER_V4);
  private static final IpAddress OUTSIDE = IpAddress.of(PacketLab.OUTSIDE_V4);
  private static final List<Integer> PORTS = List.of(5301, 5302, 5303);

  private static final List<String> NODE_DEVICES = List.of("all", "lo", "br0", "up0");
  private static final List<String> POD_DEVICES = List.of("all", "lo", "eth0");

  private static final Host NODE =
      new Host(
          Set.of(BRIDGE, UPLINK),
          List.of(
              new Host.Route(IpPrefix.of("10.88.0.0/24"), "br0", BRIDGE),
              new Host.Route(IpPrefix.of("0.0.0.0/0"), "up0", UPLINK)));

  /** Which host saw a datagram, at which port, from which address. */
  private record Arrival(String host, int port, IpAddress source) {}

  private final Random random = new Random(SEED);
  private PacketLab lab;
  private Selector selector;
  private int sent;
  private int arrived;

  @BeforeEach
  void build() throws IOException {
    lab = new PacketLab();
    selector = Selector.open();
    PacketLab.run(
        lab.node,
        "ip route add default via " + OUTSIDE,
        "ip link set lo up",
        "ip link set pod0 type bridge_slave hairpin on",
        "ip link set pod1 type bridge_slave hairpin on");
    PacketLab.run(lab.outside, "ip link set lo up", "ip route add 172.30.0.0/24 via " + UPLINK);
    for (Map.Entry<String, NetworkNamespace> host : hosts().entrySet()) {
      NetworkNamespace namespace = host.getValue();
      // Their own address may come back to them as a source.
      namespace.sysctl().set("1", "net", "ipv4", "conf", "all", "accept_local");
      for (String device : host.getKey().equals("node") ? NODE_DEVICES : POD_DEVICES) {
        namespace.sysctl().set("0", "net", "ipv4", "conf", device, "rp_filter");
      }
      for (int port : PORTS) {
        DatagramChannel channel = namespace.inside(DatagramChannel::open);
        channel.bind(new InetSocketAddress("0.0.0.0", port));
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, new Arrival(host.getKey(), port, SERVICE));
      }
    }
  }

  @AfterEach
  void end() throws IOException {
    if (selector != null) {
      for (SelectionKey key : selector.keys()) {
        key.channel().close();
      }
      selector.close();
    }
    if (lab != null) {
      lab.close();
    }
  }

  private Map<String, NetworkNamespace> hosts() {
    return Map.of("node", lab.node, "pod", lab.pod, "other", lab.other, "outside", lab.outside);
  }

  @ParameterizedTest
  @ValueSource(strings = {"iptables-nft", "iptables-legacy"})
  void datagramsArriveWhereTheInterpreterSays(String iptables) throws Exception {
    Path save = Path.of("/usr/sbin", iptables + "-save");
    Assumptions.assumeTrue(Files.isExecutable(save), "skipped: needs " + iptables);
    Assumptions.assumeTrue(
        new ProcessBuilder("unshare", "--net", save.toString(), "-t", "nat").start().waitFor() == 0,
        "skipped: needs a kernel that serves " + iptables);
    RandomNat rules =
        new RandomNat(
            random,
            List.of(SERVICE, BRIDGE, UPLINK, POD, OTHER, OUTSIDE),
            PORTS,
            List.of("br0", "up0", "lo", "b+"));
    warmUp();
    for (int i = 0; i < RULESETS; i++) {
      Ruleset ruleset = rules.next();
      PacketLab.feed(lab.node, RulesetText.print(ruleset), iptables + "-restore");
      Optional<Recollection> known = Optional.of(Recollection.EMPTY);
      for (int packet = 0; packet < PACKETS && known.isPresent(); packet++) {
        known = probe(ruleset, known.get());
      }
    }
    assertTrue(arrived > RULESETS, "only " + arrived + " datagrams arrived");
  }

  /**
   * Sends one datagram.
   *
   * @return what the kernel's lists hold then; nothing if branches look alike that differ in it
   */
  private Optional<Recollection> probe(Ruleset ruleset, Recollection before) throws IOException {
    Sender sender = pick(senders());
    IpAddress to = pick(sender.destinations());
    Packet packet = new Packet(sender.source(to), to, "udp", FIRST_PORT + ++sent, pick(PORTS), 0);
    Interpreter interpreter = new Interpreter(ruleset, NODE);
    Tracking tracking = Tracking.of(CtState.NEW);
    List<Branch> branches =
        sender.device().isEmpty()
            ? interpreter.send(packet, tracking, before)
            : interpreter.arrive(packet, sender.device(), tracking, before);
    if (branches.stream().anyMatch(branch -> branch.end() == Branch.End.UNDECIDED)) {
      return Optional.of(before);
    }
    Set<Optional<Arrival>> expected =
        branches.stream()
            .map(InterpreterKernelTest::arrival)
            .collect(Collectors.toUnmodifiableSet());
    send(sender.host(), packet);
    Optional<Arrival> seen = await(expected.contains(Optional.<Arrival>empty()) ? SHORT : LONG);
    List<Branch> taken = branches.stream().filter(branch -> arrival(branch).equals(seen)).toList();
    assertFalse(
        taken.isEmpty(),
        () ->
            packet
                + "\nwas "
                + seen
                + "\nbut by "
                + branches
                + "\nunder\n"
                + RulesetText.print(ruleset));
    arrived += seen.isPresent() ? 1 : 0;
    boolean mayBeLate = seen.isEmpty() && expected.size() > 1;
    List<Recollection> after = taken.stream().map(Branch::recollection).distinct().toList();
    return after.size() == 1 && !mayBeLate ? Optional.of(after.getFirst()) : Optional.empty();
  }

  private static Optional<Arrival> arrival(Branch branch) {
    Packet packet = branch.packet();
    String host =
        branch.device().equals(Host.LOOPBACK)
            ? "node"
            : Map.of(POD, "pod", OTHER, "other", OUTSIDE, "outside")
                .getOrDefault(packet.destination(), "");
    return branch.end() == Branch.End.ACCEPT && !host.isEmpty()
        ? Optional.of(new Arrival(host, packet.destinationPort(), packet.source()))
        : Optional.empty();
  }

  /**
   * A host that sends through the node.
   *
   * @param device by which the node hears it; empty for the node itself
   */
  private record Sender(
      NetworkNamespace host, IpAddress address, String device, List<IpAddress> destinations) {

    /** The node takes the address that its route names. */
    IpAddress source(IpAddress to) {
      if (!device.isEmpty() || NODE.isLocal(to)) {
        return device.isEmpty() ? to : address;
      }
      return NODE.addressOn(NODE.device(to).orElseThrow(), to.family()).orElseThrow();
    }
  }

  private List<Sender> senders() {
    List<IpAddress> beyond = List.of(SERVICE, BRIDGE, UPLINK, OUTSIDE);
    return List.of(
        new Sender(lab.node, UPLINK, "", List.of(SERVICE, BRIDGE, UPLINK, POD, OTHER, OUTSIDE)),
        new Sender(lab.pod, POD, "br0", beyond),
        new Sender(lab.other, OTHER, "br0", beyond),
        new Sender(lab.outside, OUTSIDE, "up0", List.of(SERVICE, BRIDGE, UPLINK, POD, OTHER)));
  }

  private static void send(NetworkNamespace from, Packet packet) {
    from.inside(
        () -> {
          try (DatagramSocket socket = new DatagramSocket(packet.sourcePort())) {
            byte[] number = ByteBuffer.allocate(4).putInt(packet.sourcePort()).array();
            socket.send(
                new DatagramPacket(
                    number, 4, packet.destination().toInetAddress(), packet.destinationPort()));
          } catch (IOException e) {
            // dropped by OUTPUT: EPERM
          }
          return Optional.empty();
        });
  }

  /** The arrival of the latest datagram, or nothing if it does not come in time. */
  private Optional<Arrival> await(int milliseconds) throws IOException {
    long end = System.nanoTime() + milliseconds * 1_000_000L;
    for (long left = milliseconds; left > 0; left = (end - System.nanoTime()) / 1_000_000) {
      selector.select(left);
      for (SelectionKey key : selector.selectedKeys()) {
        ByteBuffer number = ByteBuffer.allocate(16);
        InetSocketAddress from =
            (InetSocketAddress) ((DatagramChannel) key.channel()).receive(number);
        if (from != null
            && number.flip().remaining() == 4
            && number.getInt() == FIRST_PORT + sent) {
          Arrival at = (Arrival) key.attachment();
          selector.selectedKeys().clear();
          return Optional.of(
              new Arrival(at.host(), at.port(), IpAddress.of(from.getAddress().getAddress())));
        }
      }
      selector.selectedKeys().clear();
    }
    return Optional.empty();
  }

  /** A link that has just come up loses the first datagrams. */
  private void warmUp() throws IOException {
    for (Sender sender : senders()) {
      for (IpAddress to : sender.destinations()) {
        boolean seen = to.equals(SERVICE);
        for (int attempt = 0; attempt < 40 && !seen; attempt++) {
          int port = FIRST_PORT + ++sent;
          send(sender.host(), new Packet(sender.source(to), to, "udp", port, PORTS.getFirst(), 0));
          seen = await(100).isPresent();
        }
        assertTrue(seen, "without rules nothing comes from " + sender.address() + " to " + to);
      }
    }
  }

  private <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}

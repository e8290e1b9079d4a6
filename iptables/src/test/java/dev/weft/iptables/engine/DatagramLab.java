package dev.weft.iptables.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.iptables.PacketLab;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Hosts around a node that send each other datagrams, and see which ones arrive: each listens at
 * {@link #PORTS}. Each datagram has a source port of its own, so that none belongs to a connection
 * before.
 */
final class DatagramLab implements AutoCloseable {
  private static final int FIRST_PORT = 20_000;

  /** An address that nobody has; hosts send to it by way of the node. */
  static final IpAddress SERVICE = IpAddress.of("172.30.0.1");

  static final IpAddress BRIDGE = IpAddress.of("10.88.0.1");
  static final IpAddress UPLINK = IpAddress.of(PacketLab.NODE_V4);
  static final IpAddress POD = IpAddress.of(PacketLab.POD_V4);
  static final IpAddress OTHER = IpAddress.of(PacketLab.OTHER_V4);
  static final IpAddress OUTSIDE = IpAddress.of(PacketLab.OUTSIDE_V4);
  static final IpAddress SERVICE_V6 = IpAddress.of("fd00:30::1");
  static final IpAddress BRIDGE_V6 = IpAddress.of("fd00:88::1");
  static final IpAddress UPLINK_V6 = IpAddress.of(PacketLab.NODE_V6);
  static final IpAddress POD_V6 = IpAddress.of(PacketLab.POD_V6);
  static final IpAddress OTHER_V6 = IpAddress.of(PacketLab.OTHER_V6);
  static final IpAddress OUTSIDE_V6 = IpAddress.of(PacketLab.OUTSIDE_V6);
  static final List<Integer> PORTS = List.of(5301, 5302, 5303);

  private static final List<String> NODE_DEVICES = List.of("all", "lo", "br0", "up0");
  private static final List<String> POD_DEVICES = List.of("all", "lo", "eth0");

  static final Host NODE =
      new Host(
          Set.of(BRIDGE, UPLINK, BRIDGE_V6, UPLINK_V6),
          List.of(
              new Host.Route(IpPrefix.of("10.88.0.0/24"), "br0", BRIDGE),
              new Host.Route(IpPrefix.of("0.0.0.0/0"), "up0", UPLINK),
              // The loopback has no address for others; the first interface that has one lends it.
              new Host.Route(IpPrefix.of("127.0.0.1/32"), "lo", BRIDGE),
              // In IPv6 it is the address that is most like the destination.
              new Host.Route(IpPrefix.of("::1/128"), "lo", UPLINK_V6),
              new Host.Route(IpPrefix.of("fd00:88::/64"), "br0", BRIDGE_V6),
              new Host.Route(IpPrefix.of("::/0"), "up0", UPLINK_V6)));

  private static final Map<IpAddress, String> HOSTS =
      Map.of(
          POD, "pod",
          OTHER, "other",
          OUTSIDE, "outside",
          POD_V6, "pod",
          OTHER_V6, "other",
          OUTSIDE_V6, "outside");

  /** What became of a datagram. */
  sealed interface Fate {
    /** It came to a host, at a port, from an address. */
    record Arrived(String host, int port, IpAddress source) implements Fate {}

    /** Its sender was told that nobody is at the port. */
    record Refused() implements Fate {}

    /** Nothing is seen of it. */
    record Lost() implements Fate {}
  }

  /**
   * A host that sends through the node.
   *
   * @param device by which the node hears it; empty for the node itself
   */
  record Sender(
      NetworkNamespace host, IpAddress address, String device, List<IpAddress> destinations) {

    /** The node takes the address that its route names. */
    IpAddress source(IpAddress to) {
      if (!device.isEmpty() || NODE.isLocal(to)) {
        return device.isEmpty() ? to : address;
      }
      return NODE.addressOn(NODE.device(to).orElseThrow(), to.family()).orElseThrow();
    }
  }

  private final PacketLab lab;
  private final Selector selector;
  private int sent;

  /** Skips the test where no namespaces can be made. */
  DatagramLab() throws IOException {
    lab = new PacketLab();
    selector = Selector.open();
    PacketLab.run(
        lab.node,
        "ip route add default via " + OUTSIDE,
        "ip route add default via " + OUTSIDE_V6,
        "ip link set lo up",
        "ip link set pod0 type bridge_slave hairpin on",
        "ip link set pod1 type bridge_slave hairpin on");
    PacketLab.run(
        lab.outside,
        "ip link set lo up",
        "ip route add 172.30.0.0/24 via " + UPLINK,
        "ip route add 198.51.100.0/24 via " + UPLINK,
        "ip route add fd00:30::/64 via " + UPLINK_V6);
    for (Map.Entry<String, NetworkNamespace> host : hosts().entrySet()) {
      NetworkNamespace namespace = host.getValue();
      // Their own address may come back to them as a source.
      namespace.sysctl().set("1", "net", "ipv4", "conf", "all", "accept_local");
      namespace.sysctl().set("0", "net", "ipv4", "icmp_ratelimit");
      namespace.sysctl().set("0", "net", "ipv6", "icmp", "ratelimit");
      namespace.sysctl().set("0", "net", "ipv6", "conf", "all", "accept_redirects");
      for (String device : host.getKey().equals("node") ? NODE_DEVICES : POD_DEVICES) {
        namespace.sysctl().set("0", "net", "ipv4", "conf", device, "rp_filter");
      }
      for (int port : PORTS) {
        DatagramChannel channel = namespace.inside(DatagramChannel::open);
        channel.bind(new InetSocketAddress(port));
        channel.configureBlocking(false);
        channel.register(
            selector, SelectionKey.OP_READ, new Fate.Arrived(host.getKey(), port, SERVICE));
      }
    }
  }

  NetworkNamespace node() {
    return lab.node;
  }

  private Map<String, NetworkNamespace> hosts() {
    return Map.of("node", lab.node, "pod", lab.pod, "other", lab.other, "outside", lab.outside);
  }

  List<Sender> senders() {
    List<IpAddress> beyond = List.of(SERVICE, BRIDGE, UPLINK, OUTSIDE);
    return List.of(
        new Sender(lab.node, UPLINK, "", List.of(SERVICE, BRIDGE, UPLINK, POD, OTHER, OUTSIDE)),
        new Sender(lab.pod, POD, "br0", beyond),
        new Sender(lab.other, OTHER, "br0", beyond),
        new Sender(lab.outside, OUTSIDE, "up0", List.of(SERVICE, BRIDGE, UPLINK, POD, OTHER)));
  }

  List<Sender> sendersOfIpv6() {
    List<IpAddress> beyond = List.of(SERVICE_V6, BRIDGE_V6, UPLINK_V6, OUTSIDE_V6);
    return List.of(
        new Sender(
            lab.node,
            UPLINK_V6,
            "",
            List.of(SERVICE_V6, BRIDGE_V6, UPLINK_V6, POD_V6, OTHER_V6, OUTSIDE_V6)),
        new Sender(lab.pod, POD_V6, "br0", beyond),
        new Sender(lab.other, OTHER_V6, "br0", beyond),
        new Sender(
            lab.outside,
            OUTSIDE_V6,
            "up0",
            List.of(SERVICE_V6, BRIDGE_V6, UPLINK_V6, POD_V6, OTHER_V6)));
  }

  /** A datagram that was not sent yet. */
  Packet packet(Sender sender, IpAddress to, int port) {
    return new Packet(sender.source(to), to, "udp", FIRST_PORT + ++sent, port, 0);
  }

  /** What the sight of a datagram would be if it went a certain way. */
  static Fate fate(Branch branch) {
    Packet packet = branch.packet();
    String host =
        branch.device().equals(Host.LOOPBACK)
            ? "node"
            : HOSTS.getOrDefault(packet.destination(), "");
    return switch (branch.end()) {
      case REJECT -> new Fate.Refused();
      case ACCEPT ->
          host.isEmpty()
              ? new Fate.Lost()
              : PORTS.contains(packet.destinationPort())
                  ? new Fate.Arrived(host, packet.destinationPort(), packet.source())
                  : new Fate.Refused();
      case DROP, UNDECIDED -> new Fate.Lost();
    };
  }

  /**
   * Sends the datagram that was made last.
   *
   * @param milliseconds how long to wait for it
   */
  Fate send(Sender from, Packet packet, int milliseconds) throws IOException {
    try (DatagramChannel channel = from.host().inside(DatagramChannel::open)) {
      channel.bind(new InetSocketAddress(packet.sourcePort()));
      channel.configureBlocking(false);
      try {
        channel.connect(
            new InetSocketAddress(packet.destination().toInetAddress(), packet.destinationPort()));
        channel.write(ByteBuffer.allocate(4).putInt(packet.sourcePort()).flip());
      } catch (PortUnreachableException e) {
        return new Fate.Refused();
      } catch (IOException e) {
        // dropped by OUTPUT: EPERM
      }
      SelectionKey own = channel.register(selector, SelectionKey.OP_READ);
      try {
        return await(own, packet.sourcePort(), milliseconds);
      } finally {
        own.cancel();
        selector.selectNow();
      }
    }
  }

  private Fate await(SelectionKey own, int number, int milliseconds) throws IOException {
    long end = System.nanoTime() + milliseconds * 1_000_000L;
    for (long left = milliseconds; left > 0; left = (end - System.nanoTime()) / 1_000_000) {
      selector.select(left);
      for (SelectionKey key : Set.copyOf(selector.selectedKeys())) {
        selector.selectedKeys().remove(key);
        ByteBuffer words = ByteBuffer.allocate(16);
        DatagramChannel channel = (DatagramChannel) key.channel();
        if (key.equals(own)) {
          try {
            channel.read(words);
          } catch (PortUnreachableException e) {
            return new Fate.Refused();
          }
          continue;
        }
        InetSocketAddress from = (InetSocketAddress) channel.receive(words);
        if (from != null && words.flip().remaining() == 4 && words.getInt() == number) {
          Fate.Arrived at = (Fate.Arrived) key.attachment();
          return new Fate.Arrived(
              at.host(), at.port(), IpAddress.of(from.getAddress().getAddress()));
        }
      }
    }
    return new Fate.Lost();
  }

  void warmUp() throws IOException {
    warmUp(senders());
  }

  /**
   * As {@link #warmUp}; then rules that drop all cannot keep neighbours from finding each other.
   */
  void warmUpIpv6() throws IOException {
    warmUp(sendersOfIpv6());
    for (NetworkNamespace host : hosts().values()) {
      for (String line : PacketLab.run(host, "ip -6 neigh show").split("\n", -1)) {
        if (line.contains(" lladdr ")) {
          PacketLab.run(
              host,
              "ip neigh replace "
                  + line.substring(0, line.indexOf(' ', line.indexOf(" lladdr ") + 8))
                  + " nud permanent");
        }
      }
    }
  }

  /** A link that has just come up loses the first datagrams. */
  private void warmUp(List<Sender> senders) throws IOException {
    for (Sender sender : senders) {
      for (IpAddress to : sender.destinations()) {
        boolean seen = to.equals(SERVICE) || to.equals(SERVICE_V6);
        for (int attempt = 0; attempt < 40 && !seen; attempt++) {
          Packet packet = packet(sender, to, PORTS.getFirst());
          seen = send(sender, packet, 100) instanceof Fate.Arrived;
        }
        assertTrue(seen, "without rules nothing comes from " + sender.address() + " to " + to);
      }
    }
  }

  @Override
  public void close() throws IOException {
    for (SelectionKey key : selector.keys()) {
      key.channel().close();
    }
    selector.close();
    lab.close();
  }
}

package dev.weft.iptables;

import dev.weft.kernel.Kernel;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.kernel.linux.LinuxKernel;
import dev.weft.net.IpAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/**
 * Two pods on a bridge of a node, and a host outside that the node routes to. Each namespace is
 * held by a child that ends with its standard input, so that none outlives the test.
 */
public final class PacketLab implements AutoCloseable {
  static final String POD_PORT = "pod0";
  static final String POD_MAC = "02:00:00:00:00:02";
  public static final String NODE_V4 = "192.0.2.1";
  public static final String NODE_V6 = "fd00:99::1";
  public static final String POD_V4 = "10.88.0.2";
  public static final String POD_V6 = "fd00:88::2";
  public static final String OTHER_V4 = "10.88.0.3";
  public static final String OTHER_V6 = "fd00:88::3";
  public static final String OUTSIDE_V4 = "192.0.2.2";
  public static final String OUTSIDE_V6 = "fd00:99::2";

  private static final int UDP_PORT = 5301;
  private static final int PATIENCE_MILLIS = 250;

  /** A link that has just come up loses the first datagrams: neighbours are not known yet. */
  private static final int ATTEMPTS = 20;

  private static final int FEW_ATTEMPTS = 2;

  private final Kernel kernel = new LinuxKernel();
  private final List<Process> keepers = new ArrayList<>();
  private final Path nodePath;
  public final NetworkNamespace node;
  public final NetworkNamespace pod;
  public final NetworkNamespace other;
  public final NetworkNamespace outside;

  /** Skips the test, and says why, where no namespaces can be made. */
  public PacketLab() {
    try {
      Assumptions.assumeTrue(
          Files.getOwner(Path.of("/proc/self")).getName().equals("root"),
          "needs root to make network namespaces");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    nodePath = newNamespace();
    node = kernel.open(nodePath);
    pod = kernel.open(newNamespace());
    other = kernel.open(newNamespace());
    outside = kernel.open(newNamespace());
    try {
      build();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void build() {
    run(
        node,
        "ip link add br0 type bridge",
        "ip link add " + POD_PORT + " type veth peer name eth0 netns " + pid(1),
        "ip link add pod1 type veth peer name eth0 netns " + pid(2),
        "ip link add up0 type veth peer name eth0 netns " + pid(3),
        "ip link set " + POD_PORT + " master br0 up",
        "ip link set pod1 master br0 up",
        "ip addr add 10.88.0.1/24 dev br0",
        "ip addr add fd00:88::1/64 dev br0 nodad",
        "ip addr add " + NODE_V4 + "/24 dev up0",
        "ip addr add " + NODE_V6 + "/64 dev up0 nodad",
        "ip link set br0 up",
        "ip link set up0 up");
    node.sysctl().set("1", "net", "ipv4", "ip_forward");
    node.sysctl().set("1", "net", "ipv6", "conf", "all", "forwarding");
    run(pod, "ip link set eth0 address " + POD_MAC);
    pod(pod, POD_V4, POD_V6);
    pod(other, OTHER_V4, OTHER_V6);
    run(
        outside,
        "ip addr add " + OUTSIDE_V4 + "/24 dev eth0",
        "ip addr add " + OUTSIDE_V6 + "/64 dev eth0 nodad",
        "ip link set eth0 up",
        "ip route add 10.88.0.0/24 via " + NODE_V4,
        "ip route add fd00:88::/64 via " + NODE_V6);
  }

  private static void pod(NetworkNamespace namespace, String v4, String v6) {
    run(
        namespace,
        "ip link set lo up",
        "ip addr add " + v4 + "/24 dev eth0",
        "ip addr add " + v6 + "/64 dev eth0 nodad",
        "ip link set eth0 up",
        "ip route add default via 10.88.0.1",
        "ip route add default via fd00:88::1");
  }

  private Path newNamespace() {
    try {
      Process keeper = new ProcessBuilder("unshare", "--net", "sh", "-c", "echo; exec cat").start();
      keepers.add(keeper);
      Assumptions.assumeTrue(
          keeper.getInputStream().read() == '\n', "unshare(1) can make no network namespace here");
      return Path.of("/proc", Long.toString(keeper.pid()), "ns/net");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private long pid(int namespace) {
    return keepers.get(namespace).pid();
  }

  /** A handle of the node's namespace of its own, as another process would have. */
  NetworkNamespace openNode() {
    return kernel.open(nodePath);
  }

  /**
   * The source address with which a datagram arrives; nothing if none does.
   *
   * @param expected whether it is worth to try for long
   */
  Optional<IpAddress> sourceSeen(
      NetworkNamespace from, NetworkNamespace to, String destination, boolean expected) {
    InetSocketAddress address =
        new InetSocketAddress(IpAddress.of(destination).toInetAddress(), UDP_PORT);
    try (DatagramSocket receiver = to.inside(() -> new DatagramSocket(address))) {
      receiver.setSoTimeout(PATIENCE_MILLIS);
      for (int attempt = 0; attempt < (expected ? ATTEMPTS : FEW_ATTEMPTS); attempt++) {
        send(from, destination);
        Optional<IpAddress> source = source(receiver);
        if (source.isPresent()) {
          return source;
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<IpAddress> source(DatagramSocket receiver) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[16], 16);
    try {
      receiver.receive(packet);
      return Optional.of(IpAddress.of(packet.getAddress().getAddress()));
    } catch (SocketTimeoutException e) {
      return Optional.empty();
    }
  }

  static void send(NetworkNamespace from, String destination) {
    from.inside(
        () -> {
          try (DatagramSocket sender = new DatagramSocket()) {
            sender.send(
                new DatagramPacket(
                    new byte[4], 4, IpAddress.of(destination).toInetAddress(), UDP_PORT));
          }
          return Optional.empty();
        });
  }

  /** What programs print that are started inside a namespace, and that must succeed. */
  public static String run(NetworkNamespace namespace, String... commands) {
    StringBuilder output = new StringBuilder();
    for (String command : commands) {
      output.append(feed(namespace, "", command));
    }
    return output.toString();
  }

  /** As {@link #run}, with text on standard input. */
  public static String feed(NetworkNamespace namespace, String input, String command) {
    return namespace.inside(
        () -> {
          Process process =
              new ProcessBuilder(command.split(" ", -1)).redirectErrorStream(true).start();
          process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
          process.getOutputStream().close();
          String output =
              new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
          if (process.waitFor() != 0) {
            throw new IOException(command + ": " + output);
          }
          return output;
        });
  }

  /** Every rule of the node, by whichever back end, as text. */
  String rules() {
    StringBuilder rules = new StringBuilder(run(node, "nft list ruleset"));
    if (Files.isExecutable(Path.of("/usr/sbin/iptables-save"))) {
      rules.append(run(node, "iptables-save", "ip6tables-save"));
    }
    return rules.toString();
  }

  @Override
  public void close() {
    for (Process keeper : keepers) {
      keeper.destroy();
      keeper.onExit().join();
    }
  }
}

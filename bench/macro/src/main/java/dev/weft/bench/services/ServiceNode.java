package dev.weft.bench.services;

import dev.weft.bench.macro.BenchException;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.kernel.NewLink;
import dev.weft.kernel.linux.LinuxKernel;
import dev.weft.net.IpAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A node, and behind it all pods that there could be: one host that has every address. It tells who
 * connects to the endpoints' port which address he came by, and refuses whatever else.
 */
final class ServiceNode implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 500;
  private static final int BACKLOG = 1024;

  private final NetworkNamespace node;
  private final NetworkNamespace pods;
  private final ServerSocketChannel listener;

  private ServiceNode(NetworkNamespace node, NetworkNamespace pods, ServerSocketChannel listener) {
    this.node = node;
    this.pods = pods;
    this.listener = listener;
    Thread.ofPlatform().daemon().name("pods").start(this::answer);
  }

  static ServiceNode create(LinuxKernel kernel) throws IOException {
    NetworkNamespace node = kernel.create("of a node");
    NetworkNamespace pods = kernel.create("of its pods");
    try {
      NewLink.Peer peer = new NewLink.Peer(pods, "node", Optional.empty(), OptionalInt.empty());
      node.create(new NewLink.Veth("pods", Optional.empty(), OptionalInt.empty(), 0, peer));
      ip(node, "link set lo up");
      ip(node, "link set pods up");
      ip(node, "address add " + Cluster.NODE_ADDRESS + "/24 dev pods");
      ip(node, "route add default via 192.0.2.2");
      ip(pods, "link set lo up");
      ip(pods, "link set node up");
      ip(pods, "address add 192.0.2.2/24 dev node");
      ip(pods, "route add local 0.0.0.0/0 dev lo");
      node.sysctl().set("1", "net", "ipv4", "ip_forward");
      ServerSocketChannel listener = pods.inside(ServerSocketChannel::open);
      listener.bind(new InetSocketAddress("0.0.0.0", Cluster.TARGET_PORT), BACKLOG);
      return new ServiceNode(node, pods, listener);
    } catch (RuntimeException | IOException e) {
      node.close();
      pods.close();
      throw e;
    }
  }

  private static void ip(NetworkNamespace namespace, String words) {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(words.split(" ", -1)));
    String complaint =
        namespace.inside(
            () -> {
              Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
              byte[] output = process.getInputStream().readAllBytes();
              return process.waitFor() == 0 ? "" : new String(output, StandardCharsets.UTF_8);
            });
    if (!complaint.isEmpty()) {
      throw new BenchException("ip " + words + ": " + complaint.strip());
    }
  }

  private void answer() {
    while (true) {
      try (SocketChannel caller = listener.accept()) {
        InetSocketAddress called = (InetSocketAddress) caller.getLocalAddress();
        caller.write(ByteBuffer.wrap(called.getAddress().getAddress()));
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        // The caller has gone.
      }
    }
  }

  NetworkNamespace namespace() {
    return node;
  }

  /** A socket that listens on the node's loopback. */
  ServerSocketChannel listener() {
    return node.inside(ServerSocketChannel::open);
  }

  /** Connects to a Service from the node: by which endpoint it is served, or that it is not. */
  Optional<IpAddress> connect(IpAddress clusterIp) {
    try (Socket socket = node.inside(Socket::new)) {
      node.inside(
          () -> {
            socket.connect(
                new InetSocketAddress(clusterIp.toInetAddress(), Cluster.PORT), PATIENCE_MILLIS);
            return true;
          });
      socket.setSoTimeout(PATIENCE_MILLIS);
      byte[] address = socket.getInputStream().readNBytes(4);
      return address.length == 4 ? Optional.of(IpAddress.of(address)) : Optional.empty();
    } catch (IOException | RuntimeException e) {
      return Optional.empty(); // refused, since nobody listens there
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    node.close();
    pods.close();
  }
}

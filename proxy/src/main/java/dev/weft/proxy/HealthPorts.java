package dev.weft.proxy;

import dev.weft.net.IpAddress;
import dev.weft.pages.Page;
import dev.weft.pages.PageSocket;
import dev.weft.services.Backend;
import dev.weft.services.ObjectName;
import dev.weft.services.ServedPort;
import dev.weft.services.ServiceCatalog.Change;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.logging.Logger;

/**
 * The health-check node ports: there a load balancer asks whether this node has endpoints of a
 * Service whose traffic from outside only local endpoints get. The answer is that of kube-proxy.
 * Used by one thread; the pages are made on another.
 */
final class HealthPorts implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(HealthPorts.class.getName());

  private final EventLoopGroup loop;
  private final BooleanSupplier healthy;
  private final Map<ObjectName, Listening> listening = new ConcurrentHashMap<>();

  /** Whose port was not to be had. */
  private final Map<ObjectName, Wanted> missing = new HashMap<>();

  private record Wanted(int port, int endpoints) {}

  private static final class Listening {
    private final int port;
    private final PageSocket socket;
    private volatile int endpoints;

    Listening(int port, PageSocket socket, int endpoints) {
      this.port = port;
      this.socket = socket;
      this.endpoints = endpoints;
    }
  }

  HealthPorts(EventLoopGroup loop, BooleanSupplier healthy) {
    this.loop = loop;
    this.healthy = healthy;
  }

  /** Follows changes. A port that is taken by somebody else is told once, and tried again. */
  void follow(List<Change> changes) throws InterruptedException {
    Map<ObjectName, Wanted> wanted = new LinkedHashMap<>();
    for (Change change : changes) {
      missing.remove(change.service());
      wanted.put(change.service(), wanted(change.after()));
    }
    for (Map.Entry<ObjectName, Wanted> each : wanted.entrySet()) {
      Listening now = listening.get(each.getKey());
      if (now != null && now.port != each.getValue().port()) {
        listening.remove(each.getKey());
        close(now);
      }
    }
    // All that go have gone: a port may be another's now.
    for (Map.Entry<ObjectName, Wanted> each : wanted.entrySet()) {
      Listening now = listening.get(each.getKey());
      if (now != null) {
        now.endpoints = each.getValue().endpoints();
      } else if (each.getValue().port() != 0) {
        listen(each.getKey(), each.getValue(), true);
      }
    }
  }

  /** Tries again what could not be had. */
  void retry() throws InterruptedException {
    for (Map.Entry<ObjectName, Wanted> each : Map.copyOf(missing).entrySet()) {
      missing.remove(each.getKey());
      listen(each.getKey(), each.getValue(), false);
    }
  }

  private static Wanted wanted(List<ServedPort> ports) {
    int number = 0;
    Set<IpAddress> v4 = new HashSet<>();
    Set<IpAddress> v6 = new HashSet<>();
    for (ServedPort port : ports) {
      if (port.healthCheckNodePort() != 0) {
        number = port.healthCheckNodePort();
        if (port.backends().localReady()) {
          port.backends().local().stream()
              .map(Backend::address)
              .forEach(address -> (address.isV6() ? v6 : v4).add(address));
        }
      }
    }
    return new Wanted(number, Math.max(v4.size(), v6.size()));
  }

  private void listen(ObjectName service, Wanted wanted, boolean tell) throws InterruptedException {
    SequencedMap<String, Supplier<Page>> pages = new LinkedHashMap<>();
    pages.put(PageSocket.ANY_PATH, () -> page(service));
    try {
      PageSocket socket = PageSocket.at(new InetSocketAddress(wanted.port()), loop, pages);
      listening.put(service, new Listening(wanted.port(), socket, wanted.endpoints()));
    } catch (IOException e) {
      missing.put(service, wanted);
      if (tell) {
        LOG.warning(
            "healthCheckNodePort %d of Service %s cannot be served: %s"
                .formatted(wanted.port(), service, e.getMessage()));
      }
    }
  }

  private Page page(ObjectName service) {
    Listening now = listening.get(service);
    int endpoints = now == null ? 0 : now.endpoints;
    boolean proxyHealthy = healthy.getAsBoolean();
    String text =
        """
        {
        \t"service": {
        \t\t"namespace": "%s",
        \t\t"name": "%s"
        \t},
        \t"localEndpoints": %d,
        \t"serviceProxyHealthy": %b
        }"""
            .formatted(service.namespace(), service.name(), endpoints, proxyHealthy);
    return new Page(
        endpoints > 0 && proxyHealthy
            ? HttpResponseStatus.OK
            : HttpResponseStatus.SERVICE_UNAVAILABLE,
        "application/json",
        text,
        Map.of(
            "X-Content-Type-Options",
            "nosniff",
            "X-Load-Balancing-Endpoint-Weight",
            Integer.toString(endpoints)));
  }

  private static void close(Listening gone) {
    try {
      gone.socket.close();
    } catch (IOException e) {
      LOG.warning("a health-check port was not closed: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    listening.values().forEach(HealthPorts::close);
    listening.clear();
  }
}

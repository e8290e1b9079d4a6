package dev.weft.watch;

import dev.weft.services.InputException;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The objects of a cluster, from its API server. The server leaves out those that no node serves.
 *
 * <p>Whatever the server does, what was told stands: one that does not answer, hangs, talks
 * nonsense or has forgotten what happened is asked again, after pauses that grow. It is {@link
 * ObjectEvent.Away} then; {@link ObjectEvent.Back} comes when it answers again, and what was missed
 * before or soon after it.
 */
public final class ApiServerSource implements ObjectSource {
  private final ApiClient client;
  private final EventQueue events = new EventQueue();
  private final Map<Watched, ListWatch.Sink> watches = new LinkedHashMap<>();
  private final List<Thread> threads = new ArrayList<>();
  private final Pace pace;

  private ApiServerSource(Config config, Pace pace) {
    this.client = client(config, pace);
    this.pace = pace;
  }

  /** A key in PKCS #8 has a head that does not say of what kind it is; RSA is tried first. */
  private static ApiClient client(Config config, Pace pace) {
    try {
      return new ApiClient(config, pace);
    } catch (KubernetesClientException e) {
      if (config.getClientKeyAlgo() != null) {
        throw e;
      }
      config.setClientKeyAlgo("EC");
      try {
        return new ApiClient(config, pace);
      } catch (KubernetesClientException _) {
        throw e;
      }
    }
  }

  /**
   * The server that a kubeconfig names by its current context.
   *
   * @throws InputException if the file cannot be used
   */
  public static ApiServerSource fromKubeconfig(Path file) {
    return fromKubeconfig(file, Pace.USUAL);
  }

  static ApiServerSource fromKubeconfig(Path file, Pace pace) {
    try {
      return new ApiServerSource(Kubeconfig.config(file), pace);
    } catch (KubernetesClientException e) {
      throw Kubeconfig.unusable(file, e);
    }
  }

  /**
   * The server of the cluster in whose pod this runs.
   *
   * @throws InputException if it runs in none, or in one without a service account
   */
  public static ApiServerSource inCluster() {
    return inCluster(System.getenv(), ServiceAccount.DIRECTORY, Pace.USUAL);
  }

  static ApiServerSource inCluster(Map<String, String> environment, Path account, Pace pace) {
    try {
      return new ApiServerSource(ServiceAccount.config(environment, account), pace);
    } catch (KubernetesClientException e) {
      throw Kubeconfig.unusable(account, e);
    }
  }

  /**
   * Has the node of a name followed too. To be called before it starts.
   *
   * @param listener takes what the cluster says of it whenever that changes, from a thread of its
   *     own
   */
  public void followNode(String name, Consumer<ClusterNode> listener) {
    watches.put(Watched.node(name), new NodeSink(listener));
  }

  @Override
  public void start(Listener listener) {
    events.start(listener);
    Mirror mirror = new Mirror(events);
    watches.put(Watched.SERVICES, mirror.services());
    watches.put(Watched.ENDPOINT_SLICES, mirror.slices());
    watches.forEach(
        (watched, sink) ->
            threads.add(
                Thread.ofPlatform()
                    .daemon()
                    .name("weft-" + watched.plural())
                    .start(new ListWatch(client, watched, sink, pace))));
  }

  @Override
  public void close() {
    events.close();
    threads.forEach(Thread::interrupt);
    threads.forEach(Threads::join);
    client.close();
  }
}

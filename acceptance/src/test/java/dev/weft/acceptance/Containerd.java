package dev.weft.acceptance;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * containerd as the daemon of a lab, with the network {@code kubenet} in its configuration and the
 * lab's image in its store.
 */
final class Containerd implements AutoCloseable {
  private static final String SOCKET = "/run/containerd/containerd.sock";
  private static final String LOG = "/run/lab/containerd.log";

  /** The namespace of {@code ctr} itself, and that of the runtime interface. */
  private static final List<String> NAMESPACES = List.of("default", "k8s.io");

  private final Lab lab;
  private final Process daemon;

  private Containerd(Lab lab, Process daemon) {
    this.lab = lab;
    this.daemon = daemon;
  }

  /** Starts the daemon and waits until it serves. */
  static Containerd start(Lab lab) {
    lab.write(
        "/etc/cni/net.d/10-kubenet.conf",
        """
        {
          "cniVersion": "1.0.0",
          "name": "kubenet",
          "type": "bridge",
          "bridge": "kube-bridge",
          "isDefaultGateway": true,
          "ipMasq": true,
          "ipam": {
            "type": "host-local",
            "ranges": [[{"subnet": "10.1.0.0/16"}], [{"subnet": "fd00:10:1::/64"}]]
          }
        }
        """);
    // Without cgroup limits: not every machine has all controllers where containers may use them.
    lab.write(
        "/etc/containerd/config.toml",
        """
        version = 2
        root = "/run/lab/containerd"

        [plugins."io.containerd.grpc.v1.cri"]
          sandbox_image = "%s"
          disable_apparmor = true
          disable_cgroup = true
          restrict_oom_score_adj = true
        """
            .formatted(Lab.IMAGE));
    Containerd containerd = new Containerd(lab, lab.start(LOG, "containerd"));
    try {
      Await.until(
          Duration.ofSeconds(30),
          () -> lab.run("ctr", "version").exitCode() == 0,
          () -> "containerd does not serve:\n" + lab.read(LOG));
      String archive = lab.image();
      for (String namespace : NAMESPACES) {
        lab.run("ctr", "--namespace", namespace, "images", "import", archive).succeeded();
      }
      return containerd;
    } catch (RuntimeException | Error e) {
      containerd.close();
      throw e;
    }
  }

  /** Where its socket is seen from outside the lab. */
  Path socket() {
    return lab.path(SOCKET);
  }

  /** Runs {@code ctr} to its end, which must be good; what it printed. */
  String ctr(String... arguments) {
    List<String> command = new ArrayList<>(List.of("ctr"));
    command.addAll(List.of(arguments));
    return lab.run(command.toArray(String[]::new)).succeeded().stdout();
  }

  @Override
  public void close() {
    daemon.destroy();
  }
}

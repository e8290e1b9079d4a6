package dev.weft.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** podman attaches its containers by the executables under test. */
@Timeout(60)
class PodmanIT {
  private static Lab lab;

  @BeforeAll
  static void installPodman() {
    lab = Lab.open("podman", "runc");
    lab.write(
        "/etc/containers/containers.conf",
        """
        [containers]
        apparmor_profile = "unconfined"
        cgroups = "no-conmon"
        default_capabilities = ["NET_RAW"]
        pids_limit = 0

        [engine]
        cgroup_manager = "cgroupfs"
        events_logger = "file"
        runtime = "runc"

        [network]
        network_backend = "cni"
        cni_plugin_dirs = ["/opt/cni/bin"]
        network_config_dir = "/etc/cni/net.d"
        default_network = "kubenet"
        """);
    lab.write(
        "/etc/containers/storage.conf",
        """
        [storage]
        driver = "overlay"
        graphroot = "/run/lab/containers/storage"
        runroot = "/run/lab/containers/run"
        """);
    lab.write(
        "/etc/cni/net.d/10-kubenet.conflist",
        """
        {
          "cniVersion": "0.4.0",
          "name": "kubenet",
          "plugins": [
            {
              "type": "bridge",
              "bridge": "kube-bridge",
              "isDefaultGateway": true,
              "ipMasq": true,
              "ipam": {
                "type": "host-local",
                "ranges": [[{"subnet": "10.1.0.0/16"}], [{"subnet": "fd00:10:1::/64"}]]
              }
            }
          ]
        }
        """);
    podman("load", "--input", lab.image());
  }

  @AfterAll
  static void closeLab() {
    if (lab != null) {
      lab.close();
    }
  }

  @AfterEach
  void removeContainers() {
    podman("rm", "--all", "--force", "--time", "0");
  }

  @Test
  void containersReachEachOtherAndTheOutside() {
    runContainer("one");
    runContainer("two");

    ping("one", address("two", "IPAddress"));
    ping("two", address("one", "GlobalIPv6Address"));
    ping("one", Lab.OUTSIDE);
    ping("two", Lab.OUTSIDE_V6);
    assertEquals(
        Lab.ADDRESS, podman("exec", "one", "wget", "-q", "-O", "-", Lab.CALLER_PAGE).strip());
  }

  @Test
  void removedContainersLeaveOnlyTheBridge() {
    runContainer("one");
    runContainer("two");
    String one = address("one", "IPAddress");
    String two = address("two", "IPAddress");
    String twoV6 = address("two", "GlobalIPv6Address");
    Footprint attached = Footprint.of(lab);
    assertEquals(5, attached.links().size(), "lo, uplink, the bridge and two ports");
    assertTrue(attached.leases().containsAll(Set.of(one, two, twoV6)), attached::toString);
    assertTrue(attached.ruleFor(one) && attached.ruleFor(twoV6), attached::rules);

    podman("rm", "--force", "--time", "0", "one", "two");

    Footprint.of(lab).assertOnlyBridgeIsLeft("kube-bridge", one, two, twoV6);
  }

  @Test
  void aRestartedContainerIsAttachedAgain() {
    runContainer("one");

    podman("restart", "--time", "0", "one");

    ping("one", Lab.OUTSIDE);
    assertEquals(2, Footprint.of(lab).leases().size(), "one address of each family");
  }

  private static void runContainer(String name) {
    podman("run", "--detach", "--name", name, Lab.IMAGE);
  }

  private static String address(String container, String field) {
    return podman(
            "inspect", "--format", "{{.NetworkSettings.Networks.kubenet." + field + "}}", container)
        .strip();
  }

  private static void ping(String container, String address) {
    podman("exec", container, "ping", "-c", "1", "-W", "5", address);
  }

  private static String podman(String... arguments) {
    String[] command = new String[arguments.length + 1];
    command[0] = "podman";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    return lab.run(command).succeeded().stdout();
  }
}

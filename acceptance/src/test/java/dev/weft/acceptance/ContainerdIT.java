package dev.weft.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** containerd's {@code ctr run --cni} attaches its containers by the executables under test. */
@Timeout(60)
class ContainerdIT {
  private static Lab lab;
  private static Containerd containerd;

  @BeforeAll
  static void startContainerd() {
    lab = Lab.open("containerd", "ctr", "runc");
    containerd = Containerd.start(lab);
  }

  @AfterAll
  static void closeLab() {
    if (lab != null) {
      lab.close();
    }
  }

  @Test
  void containersReachEachOtherAndTheOutsideAndLeaveOnlyTheBridge() throws InterruptedException {
    Process one = runContainer("one");
    Process two = runContainer("two");
    String first = address("one", "-4");
    String second = address("two", "-4");
    String secondV6 = address("two", "-6");

    ping("one", second);
    ping("two", first);
    ping("one", secondV6);
    ping("one", Lab.OUTSIDE);
    ping("two", Lab.OUTSIDE_V6);
    assertEquals(Lab.ADDRESS, exec("one", "wget", "-q", "-O", "-", Lab.CALLER_PAGE).strip());

    Footprint attached = Footprint.of(lab);
    assertEquals(5, attached.links().size(), "lo, uplink, the bridge and two ports");
    assertTrue(attached.leases().containsAll(Set.of(first, second, secondV6)), attached::toString);
    assertTrue(attached.ruleFor(first) && attached.ruleFor(secondV6), attached::rules);

    containerd.ctr("tasks", "kill", "--signal", "KILL", "one");
    containerd.ctr("tasks", "kill", "--signal", "KILL", "two");
    one.waitFor();
    two.waitFor();

    Footprint.of(lab).assertOnlyBridgeIsLeft("kube-bridge", first, second, secondV6);
  }

  /** Runs in the foreground of a process of its own: only then does ctr detach at the end. */
  private static Process runContainer(String name) {
    Process ctr =
        lab.start(
            "/run/lab/" + name + ".log",
            "ctr",
            "run",
            "--rm",
            "--cni",
            "--cpu-shares=0",
            Lab.IMAGE,
            name,
            "sleep",
            "infinity");
    Await.until(
        Duration.ofSeconds(30),
        () -> containerd.ctr("tasks", "list").matches("(?s).*\\b" + name + "\\s+\\d+\\s+RUNNING.*"),
        () -> name + " does not run: " + lab.read("/run/lab/" + name + ".log"));
    return ctr;
  }

  private static String address(String container, String family) {
    // 2: eth0    inet 10.1.0.2/16 brd …
    String line = exec(container, "ip", "-o", family, "addr", "show", "eth0", "scope", "global");
    return line.replaceAll("(?s).* inet6? ([^/]+)/.*", "$1");
  }

  private static void ping(String container, String address) {
    exec(container, "ping", "-c", "1", "-W", "5", address);
  }

  private static String exec(String container, String... command) {
    String[] whole = new String[command.length + 5];
    whole[0] = "tasks";
    whole[1] = "exec";
    whole[2] = "--exec-id";
    whole[3] = "test";
    whole[4] = container;
    System.arraycopy(command, 0, whole, 5, command.length);
    return containerd.ctr(whole);
  }
}

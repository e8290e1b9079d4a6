package dev.weft.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Pods that the container runtime interface makes are attached by the executables under test. */
@Timeout(60)
class CriIT {
  private static Lab lab;
  private static CriClient cri;

  @BeforeAll
  static void startContainerd() {
    lab = Lab.open("containerd", "ctr", "runc");
    cri = new CriClient(Containerd.start(lab).socket());
  }

  @AfterAll
  static void closeLab() {
    if (cri != null) {
      cri.close();
    }
    if (lab != null) {
      lab.close();
    }
  }

  @Test
  void podsReachEachOtherAndTheOutsideAndLeaveOnlyTheBridge() {
    CriClient.Pod one = cri.runPod("one");
    CriClient.Pod two = cri.runPod("two");
    List<String> addresses = two.addresses();
    assertEquals(2, addresses.size(), "an address of each family");

    ping(one, addresses.get(0));
    ping(one, addresses.get(1));
    ping(two, one.addresses().get(0));
    ping(one, Lab.OUTSIDE);
    ping(two, Lab.OUTSIDE_V6);
    CriClient.ExecResult page = cri.exec(one, "wget", "-q", "-O", "-", Lab.CALLER_PAGE);
    assertEquals(Lab.ADDRESS, page.stdout().strip(), page::toString);

    Footprint attached = Footprint.of(lab);
    assertEquals(5, attached.links().size(), "lo, uplink, the bridge and two ports");
    assertTrue(attached.leases().containsAll(addresses), attached::toString);
    assertTrue(attached.ruleFor(addresses.get(0)), attached::rules);

    cri.stop(one);
    cri.stop(two);

    Footprint.of(lab).assertOnlyBridgeIsLeft("kube-bridge", addresses.get(0), addresses.get(1));
    cri.remove(one);
    cri.remove(two);
  }

  @Test
  void aStoppedPodCanBeStoppedAgain() {
    CriClient.Pod pod = cri.runPod("again");

    cri.stop(pod);
    cri.stop(pod);

    assertEquals(Set.of(), Footprint.of(lab).leases());
    cri.remove(pod);
  }

  private static void ping(CriClient.Pod pod, String address) {
    CriClient.ExecResult result = cri.exec(pod, "ping", "-c", "1", "-W", "5", address);
    assertEquals(0, result.exitCode(), result::toString);
  }
}

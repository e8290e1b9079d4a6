package dev.weft.ipam;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.cni.Attachment;
import dev.weft.cni.CniException;
import dev.weft.cni.CniVersion;
import dev.weft.cni.ErrorCode;
import dev.weft.cni.Result;
import dev.weft.ipam.lease.MemoryLeaseStore;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What host-local promises for each verb. */
class HostLocalPluginTest {
  private static final String SMALL = "'ipam': {'subnet': '10.1.0.0/29'}"; // five addresses
  private static final String TWO_SETS =
      "'ipam': {'ranges': [[{'subnet': '10.1.0.0/29'}], [{'subnet': 'fd00::/126'}]]}";

  private final MemoryLeaseStore store = new MemoryLeaseStore();
  private final Calls calls = Calls.of(new HostLocalPlugin(store), SMALL);

  @Test
  void givesAddressesInTurnAndAFreedOneLast() {
    for (int i = 2; i <= 5; i++) {
      assertEquals("10.1.0." + i + "/29", calls.address("c" + i));
    }
    calls.del("c3", "eth0");
    assertEquals("10.1.0.6/29", calls.address("c6"));
    assertEquals("10.1.0.3/29", calls.address("again"));
    CniException full = Calls.refused(() -> calls.address("more"));
    assertEquals(ErrorCode.ADDRESS_UNAVAILABLE.number(), full.code());
    assertTrue(String.valueOf(full.getMessage()).contains("10.1.0.1-10.1.0.6"));
  }

  @Test
  void refusesASecondAddAndKeepsTheFirst() {
    String first = calls.address("c");
    CniException e = Calls.refused(() -> calls.address("c"));
    assertEquals(ErrorCode.ADDRESS_UNAVAILABLE.number(), e.code());
    assertDoesNotThrow(() -> calls.check("c", "eth0", first));
  }

  @Test
  void tellsInterfacesOfOneContainerApart() {
    calls.add("c", "eth0");
    calls.add("c", "eth1");
    calls.del("c", "eth0");
    assertDoesNotThrow(() -> calls.check("c", "eth1", "10.1.0.3/29"));
    assertEquals(
        ErrorCode.CHECK_FAILED.number(), Calls.refused(() -> calls.check("c", "eth0")).code());
  }

  @Test
  void releasesAllAddressesAndNothingTwice() {
    Calls both = calls.with(TWO_SETS);
    for (int round = 0; round < 4; round++) {
      assertEquals(2, both.add("c", "eth0").ips().size());
      both.del("c", "eth0");
      both.del("c", "eth0");
      both.del("unknown", "eth0");
    }
  }

  @Test
  void takesAllRangeSetsOrNone() {
    Calls both = calls.with(TWO_SETS);
    both.add("a", "eth0");
    both.add("b", "eth0");
    assertEquals(
        ErrorCode.ADDRESS_UNAVAILABLE.number(),
        Calls.refused(() -> both.add("c", "eth0")).code()); // fd00::/126 has two beside its gateway
    assertEquals("10.1.0.5/29", calls.address("c"));
    assertEquals("10.1.0.6/29", calls.address("d"));
    assertEquals("10.1.0.4/29", calls.address("e")); // what the failure gave back
  }

  @Test
  void givesTheAddressThatIsAskedForInWhateverWay() {
    assertEquals(
        "10.1.0.5/29",
        calls
            .add("a", "eth0", CniVersion.V1_1_0, Map.of("IP", "10.1.0.5"))
            .ips()
            .getFirst()
            .address()
            .toString());
    assertEquals(
        "10.1.0.4/29", calls.with(SMALL + ", 'args': {'cni': {'ips': ['10.1.0.4']}}").address("b"));
    assertEquals(
        "10.1.0.6/29",
        calls.with(SMALL + ", 'runtimeConfig': {'ips': ['10.1.0.6/24']}").address("c"));
    Result both =
        calls
            .with(TWO_SETS + ", 'runtimeConfig': {'ips': ['fd00::3', '10.1.0.3']}")
            .add("d", "eth0");
    assertEquals("10.1.0.3/29", both.ips().get(0).address().toString());
    assertEquals("fd00::3/126", both.ips().get(1).address().toString());
  }

  @Test
  void refusesARequestThatCannotBeMet() {
    calls.add("a", "eth0");
    for (String ips :
        List.of(
            "['10.1.0.1']", // the gateway
            "['10.1.0.2']", // taken
            "['10.1.0.7']", // broadcast
            "['10.9.0.1']", // elsewhere
            "['10.1.0.3', '10.1.0.4']")) { // two from one set
      Calls asking = calls.with(SMALL + ", 'runtimeConfig': {'ips': " + ips + "}");
      CniException e = Calls.refused(() -> asking.add("b", "eth0"));
      assertEquals(ErrorCode.ADDRESS_UNAVAILABLE.number(), e.code(), ips);
      assertEquals(
          ErrorCode.CHECK_FAILED.number(), Calls.refused(() -> calls.check("b", "eth0")).code());
    }
    assertEquals("10.1.0.3/29", calls.address("b"));
  }

  @Test
  void checksTheAddressesOfPrevResult() {
    String address = calls.address("c");
    assertDoesNotThrow(() -> calls.check("c", "eth0", address, "192.0.2.7/24"));
    assertEquals(
        ErrorCode.CHECK_FAILED.number(),
        Calls.refused(() -> calls.check("c", "eth0", "10.1.0.4/29")).code());
  }

  @Test
  void collectsAllButValidAttachments() {
    calls.add("a", "eth0");
    calls.add("a", "eth1");
    calls.add("b", "eth0");
    calls.gc(new Attachment("a", "eth1"), new Attachment("unknown", "eth0"));
    calls.check("a", "eth1", "10.1.0.3/29");
    Calls.refused(() -> calls.check("a", "eth0"));
    Calls.refused(() -> calls.check("b", "eth0"));
    calls.gc();
    Set<String> all = new HashSet<>();
    for (int i = 0; i < 5; i++) {
      all.add(calls.address("new" + i));
    }
    assertEquals(5, all.size());
  }

  @Test
  void isNotReadyWhileAnyRangeSetIsFull() {
    Calls both = calls.with(TWO_SETS);
    both.status();
    both.add("a", "eth0");
    both.add("b", "eth0");
    assertEquals(ErrorCode.NOT_AVAILABLE.number(), Calls.refused(both::status).code());
    calls.status();
    both.del("b", "eth0");
    both.status();
  }

  @Test
  void forgetsWhoRanBeforeTheMachineWasStarted() {
    for (int i = 0; i < 5; i++) {
      calls.address("old" + i);
    }
    Calls.refused(() -> calls.address("new"));
    Calls.refused(calls::status);
    store.reboot();
    calls.status();
    String own = calls.address("old3"); // the same container comes back
    assertEquals("10.1.0.5/29", own);
    Calls asking = calls.with(SMALL + ", 'runtimeConfig': {'ips': ['10.1.0.2']}");
    assertEquals("10.1.0.2/29", asking.address("asking"));
    Set<String> others = new HashSet<>();
    for (int i = 0; i < 3; i++) {
      others.add(calls.address("new" + i));
    }
    assertEquals(Set.of("10.1.0.3/29", "10.1.0.4/29", "10.1.0.6/29"), others);
    calls.check("old3", "eth0", own);
  }

  @Test
  void detachesWithAConfigurationThatNoLongerMakesSense() {
    calls.address("c");
    calls.with("'ipam': {'subnet': 'nonsense'}").del("c", "eth0");
    Calls.refused(() -> calls.check("c", "eth0"));
  }
}

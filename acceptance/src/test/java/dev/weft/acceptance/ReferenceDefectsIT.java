package dev.weft.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What the reference plugins (1.9.1) get wrong and we do not.
 *
 * <p>Run over their executables ({@code -Dweft.bin=DIR}) nearly all of these fail: that is their
 * point.
 */
class ReferenceDefectsIT extends BothWays {
  private static final String BOOT_ID = "/proc/sys/kernel/random/boot_id";

  // 1: GC does nothing anywhere; a full pool says ready

  @Test
  void gcRemovesLinkLeaseAndRulesOfAnAttachmentThatIsNoLongerValid() throws IOException {
    PluginCall bridge = bridge("10.1.0.0/24").set("ipMasq", "true").set("macspoofchk", "true");
    PluginCall kept = bridge.container("kept").pod(node.addPod());
    PluginCall lost = bridge.container("lost").pod(node.addPod());
    JsonNode keptResult = kept.add();
    JsonNode lostResult = lost.add();

    bridge
        .without("CNI_IFNAME")
        .set("cni.dev/valid-attachments", "[{\"containerID\":\"kept\",\"ifname\":\"eth0\"}]")
        .succeeds("GC");

    assertFalse(linkExists(hostVeth(lostResult)), "the lost attachment's link");
    assertFalse(Files.exists(lease(address(lostResult))), "the lost attachment's lease");
    assertFalse(node.rules().contains("lost"), "the lost attachment's rules: " + node.rules());
    assertTrue(linkExists(hostVeth(keptResult)), "the valid attachment's link");
    assertTrue(Files.exists(lease(address(keptResult))), "the valid attachment's lease");
    kept.set("prevResult", keptResult.toString()).succeeds("CHECK");
  }

  @Test
  void statusOfAFullPoolIsNotReady() {
    PluginCall hostLocal = hostLocal("10.1.0.0/30");
    PluginCall status = hostLocal.without("CNI_IFNAME");
    status.succeeds("STATUS");
    hostLocal.container("a").pod(node.addPod()).add();
    assertEquals(50, status.fails("STATUS").path("code").asInt());
  }

  // 2: CHECK

  @Test
  void checkOfABridgeWithoutAddressesPasses() {
    PluginCall bridge = layerTwo().container("a").pod(node.addPod());
    JsonNode result = bridge.add();
    bridge.set("prevResult", result.toString()).succeeds("CHECK");
  }

  @Test
  void checkOfStaticFailsWhenAnAddressIsMissing() {
    PluginCall call =
        PluginCall.of(
                node,
                "static",
                """
                {"cniVersion":"1.1.0","name":"net","type":"static",
                 "ipam":{"type":"static","addresses":[{"address":"10.1.0.5/24"}]}}""")
            .container("a")
            .pod(node.addPod());
    JsonNode result = call.add();
    call.set("prevResult", result.toString()).succeeds("CHECK");
    String other = result.toString().replace("10.1.0.5", "10.1.0.6");
    call.set("prevResult", other).fails("CHECK");
  }

  // 3: rules leak when the namespace is gone

  @Test
  void delWithoutNamespaceAndPrevResultLeavesNoRules() {
    for (String backend : List.of("iptables", "nftables")) {
      PluginCall bridge =
          bridge("10.1.0.0/24")
              .set("ipMasq", "true")
              .set("ipMasqBackend", '"' + backend + '"')
              .set("macspoofchk", "true");
      Path pod = node.addPod();
      PluginCall call = bridge.container("gone-with-its-namespace").pod(pod);
      call.add();
      assertTrue(node.rules().contains("gone-with-its-namespace"), backend + ": " + node.rules());
      node.removePod(pod);

      call.without("CNI_NETNS").succeeds("DEL");
      assertFalse(node.rules().contains("gone-with-its-namespace"), backend + ": " + node.rules());
      call.without("CNI_NETNS").succeeds("DEL");
    }
  }

  // 4: an ADD that fails leaves its link

  @Test
  void anAddThatFailsForWantOfAnAddressLeavesNoLink() {
    PluginCall bridge = bridge("10.1.0.0/30");
    bridge.container("first").pod(node.addPod()).add();
    Path pod = node.addPod();
    bridge.container("second").pod(pod).fails("ADD");
    assertFalse(node.runIn(pod, "ip", "link", "show").stdout().contains("eth0"));
    assertEquals(1, ports());
  }

  @Test
  void anAddThatFailsAfterItsAddressWasReservedReleasesIt() throws IOException {
    PluginCall bridge =
        bridge("10.1.0.0/24")
            .set(
                "ipam",
                hostLocalIpam("10.1.0.0/24")
                    .replace(
                        "\"subnet\"",
                        "\"routes\":[{\"dst\":\"10.9.0.0/16\",\"gw\":\"10.99.0.1\"}],\"subnet\""));
    Path pod = node.addPod();
    bridge.container("a").pod(pod).fails("ADD");
    assertEquals(List.of(), node.leases("net"));
    assertFalse(node.runIn(pod, "ip", "link", "show").stdout().contains("eth0"));
  }

  // 5: names that ignore the interface

  @Test
  void aSecondAttachmentOfOneContainerKeepsTheFirstOnesMasquerade() {
    for (String backend : List.of("iptables", "nftables")) {
      PluginCall bridge =
          bridge("10.1.0.0/24").set("ipMasq", "true").set("ipMasqBackend", '"' + backend + '"');
      PluginCall first = bridge.container("twice").pod(node.addPod());
      PluginCall second = first.with("CNI_IFNAME", "eth1");
      JsonNode firstResult = first.add();
      JsonNode secondResult = second.add();
      second.set("prevResult", secondResult.toString()).succeeds("DEL");
      assertTrue(node.rules().contains(address(firstResult)), backend + ": " + node.rules());
      first.set("prevResult", firstResult.toString()).succeeds("CHECK");
      first.set("prevResult", firstResult.toString()).succeeds("DEL");
      assertFalse(node.rules().contains(address(firstResult)), backend + ": " + node.rules());
    }
  }

  // 6: a lease that a crash left empty

  @Test
  void anEmptyLeaseFileDoesNotHoldItsAddressForEver() throws IOException {
    Files.createDirectories(lease("x").getParent());
    Files.createFile(lease("10.1.0.2"));
    PluginCall call = hostLocal("10.1.0.0/30").container("a").pod(node.addPod());
    assertEquals("10.1.0.2/30", call.add().at("/ips/0/address").asText());
  }

  // 7: addresses leak over a reboot

  @Test
  void aLeaseFromBeforeARebootIsGivenAgain() throws IOException {
    PluginCall old = hostLocal("10.1.0.0/30").container("old").pod(node.addPod());
    String address = address(old.add());
    Files.setLastModifiedTime(lease(address), FileTime.from(Instant.EPOCH));
    PluginCall fresh = hostLocal("10.1.0.0/30").container("fresh").pod(node.addPod());
    fresh.fails("ADD");
    assertEquals(address, address(afterReboot(fresh)));
  }

  // 10: a stale neighbour entry

  @Test
  void anAddressThatWasAnotherPodsAnswersAtOnce() {
    PluginCall bridge = bridge("10.1.0.0/30");
    PluginCall first = bridge.container("first").pod(node.addPod());
    String address = address(first.add());
    node.run("busybox", "ping", "-c", "1", "-W", "2", address).succeeded();
    first.succeeds("DEL");
    PluginCall second = bridge.container("second").pod(node.addPod());
    assertEquals(address, address(second.add()));
    node.run("busybox", "ping", "-c", "1", "-W", "1", address).succeeded();
  }

  // 11: duplicate detection

  @Test
  void anIpv6AddressIsUsableWhenAddReturns() {
    PluginCall bridge = bridge("fd00:1::/64");
    Path pod = node.addPod();
    JsonNode result = bridge.container("a").pod(pod).add();
    String tentative = node.runIn(pod, "ip", "-6", "addr", "show", "tentative").stdout();
    assertFalse(tentative.contains(address(result)), tentative);
    node.run("busybox", "ping", "-c", "1", "-W", "1", address(result)).succeeded();
  }

  // 12: the bridge's MAC follows its ports

  @Test
  void theBridgeKeepsItsMac() {
    PluginCall bridge = bridge("10.1.0.0/24");
    PluginCall lowest = bridge.set("args", "{\"cni\":{\"mac\":\"00:00:00:00:00:05\"}}");
    bridge.container("a").pod(node.addPod()).add();
    String before = mac("cni-test");
    // A port with the lowest address would give it to a bridge whose own is not fixed.
    node.run("ip", "link", "add", "low", "address", "00:00:00:00:00:01", "type", "veth");
    node.run("ip", "link", "set", "low", "master", "cni-test").succeeded();
    lowest.container("b").pod(node.addPod()).add();
    assertEquals(before, mac("cni-test"));
  }

  // 13: the namespace is compared with our own only after the work

  @Test
  void delOfLoopbackLeavesTheNodesOwnLoopbackUp() {
    PluginCall call =
        PluginCall.of(
                node,
                "loopback",
                "{\"cniVersion\":\"1.0.0\",\"name\":\"lo\",\"type\":\"loopback\"}")
            .container("a")
            .with("CNI_IFNAME", "lo")
            .with("CNI_NETNS", "/proc/self/ns/net");
    assertEquals(8, call.fails("DEL").path("code").asInt());
    assertTrue(node.run("ip", "link", "show", "lo").stdout().contains("LOWER_UP"));
  }

  // 15: isDefaultGateway and a default route without gateway

  @Test
  void aDefaultRouteWithoutGatewayGoesToTheBridge() {
    PluginCall bridge =
        bridge("10.1.0.0/24")
            .set("isDefaultGateway", "true")
            .set(
                "ipam",
                hostLocalIpam("10.1.0.0/24")
                    .replace("\"subnet\"", "\"routes\":[{\"dst\":\"0.0.0.0/0\"}],\"subnet\""));
    Path pod = node.addPod();
    bridge.container("a").pod(pod).add();
    String routes = node.runIn(pod, "ip", "route", "show", "default").stdout();
    assertEquals("default via 10.1.0.1 dev eth0", routes.strip());
  }

  // 16: a bridge without ports

  @Test
  void aBridgeThatLostItsPortsMayStillBecomeAGateway() {
    node.run("ip", "link", "add", "cni-test", "type", "bridge").succeeded();
    PluginCall plain = layerTwo().container("a").pod(node.addPod());
    plain.add();
    plain.succeeds("DEL");
    bridge("10.1.0.0/24").container("b").pod(node.addPod()).add();
  }

  // 17: results and errors

  @Test
  void theNewestResultTellsTheMtu() {
    JsonNode result =
        bridge("10.1.0.0/24").set("mtu", "1400").container("a").pod(node.addPod()).add();
    for (JsonNode link : result.path("interfaces")) {
      assertEquals(1400, link.path("mtu").asInt(), link.toString());
    }
  }

  @Test
  void aWrongConfigurationIsCode7AndNamesTheField() {
    Map<String, String> wrong =
        Map.of(
            "mtu", "\"large\"",
            "vlan", "5000",
            "hairpinMode", "\"yes\"",
            "ipMasqBackend", "\"ebtables\"",
            "bridge", "\"a-name-that-is-too-long\"");
    wrong.forEach(
        (key, value) -> {
          JsonNode error =
              bridge("10.1.0.0/24").set(key, value).container("a").pod(node.addPod()).fails("ADD");
          assertEquals(7, error.path("code").asInt(), error.toString());
          assertTrue(error.path("msg").asText().contains(key), error.toString());
          assertEquals("1.1.0", error.path("cniVersion").asText(), error.toString());
        });
  }

  @Test
  void versionAnswersInTheVersionThatWasAsked() {
    JsonNode answer =
        PluginCall.json(
            bridge("10.1.0.0/24")
                .config("{\"cniVersion\":\"0.4.0\"}")
                .run("VERSION")
                .succeeded()
                .stdout());
    assertEquals("0.4.0", answer.path("cniVersion").asText());
  }

  private PluginCall bridge(String subnet) {
    return layerTwo().set("isGateway", "true").set("ipam", hostLocalIpam(subnet));
  }

  private PluginCall layerTwo() {
    return PluginCall.of(
        node,
        "bridge",
        "{\"cniVersion\":\"1.1.0\",\"name\":\"net\",\"type\":\"bridge\",\"bridge\":\"cni-test\"}");
  }

  private PluginCall hostLocal(String subnet) {
    return PluginCall.of(
        node,
        "host-local",
        "{\"cniVersion\":\"1.1.0\",\"name\":\"net\",\"type\":\"bridge\",\"ipam\":"
            + hostLocalIpam(subnet)
            + "}");
  }

  private String hostLocalIpam(String subnet) {
    return "{\"type\":\"host-local\",\"subnet\":\"%s\",\"dataDir\":\"%s\"}"
        .formatted(subnet, node.data());
  }

  /** The result of an ADD that is made after the kernel was started anew, as far as it can tell. */
  private JsonNode afterReboot(PluginCall call) throws IOException {
    Path bootId =
        Files.writeString(node.data().resolve("boot_id"), "0b007000-0000-4000-8000-000000000000\n");
    return PluginCall.json(
        call.runAfter("mount --bind " + bootId + " " + BOOT_ID, "ADD").succeeded().stdout());
  }

  private Path lease(String address) {
    return node.data().resolve("net").resolve(address);
  }

  private boolean linkExists(String name) {
    return node.run("ip", "link", "show", name).exitCode() == 0;
  }

  private long ports() {
    return node.run("ip", "-o", "link", "show", "master", "cni-test").stdout().lines().count();
  }

  private String mac(String link) {
    return PluginCall.json(node.run("ip", "-j", "link", "show", link).stdout())
        .at("/0/address")
        .asText();
  }

  private static String address(JsonNode result) {
    String prefix = result.at("/ips/0/address").asText();
    return prefix.substring(0, prefix.indexOf('/'));
  }

  private static String hostVeth(JsonNode result) {
    return result.at("/interfaces/1/name").asText();
  }
}

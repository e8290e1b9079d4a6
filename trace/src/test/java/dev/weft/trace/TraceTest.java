package dev.weft.trace;

import static dev.weft.trace.Scene.field;
import static dev.weft.trace.Scene.flow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.json.Json;
import dev.weft.json.JsonText;
import dev.weft.net.IpAddress;
import dev.weft.services.Protocol;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a trace says of a packet, for machines and for people. */
class TraceTest {

  private static void assertSays(String text, String... parts) {
    int at = 0;
    for (String part : parts) {
      int found = text.indexOf(part, at);
      assertTrue(found >= 0, () -> "\"" + part + "\" should come next in\n" + text);
      at = found + part.length();
    }
  }

  @Test
  void aPodReachesAClusterIp() {
    Trace trace = Scene.of(Scene.WEB).trace("10.0.0.7", "172.30.0.1:80");
    assertEquals("\"accept\"", field(trace, "verdict"));
    assertEquals("[\"10.0.0.21:8080\",\"10.0.1.22:8080\"]", field(trace, "dnat"));
    assertEquals("false", field(trace, "masquerade"));
    assertEquals("absent", field(trace, "masqueradeByEndpoint"));
    assertEquals("absent", field(trace, "explicitAccept"));
    assertSays(
        trace.text(),
        "TCP from 10.0.0.7 to 172.30.0.1:80, shop/web:http (cluster IP)",
        "sent by  a pod on this node (in 10.0.0.0/24)",
        "ACCEPT: goes to one of 2 endpoints of shop/web:http; source kept, 10.0.0.7",
        "50 %  10.0.0.21:8080  on node-1 (this node)",
        "50 %  10.0.1.22:8080  on node-2",
        "PREROUTING, table nat",
        "shop/web:http, cluster IP",
        "-A WEFT-SERVICES -d 172.30.0.1/32 -p tcp",
        "shop/web:http, one of 2 endpoints by chance",
        "--probability 0.5",
        "destination 172.30.0.1:80 becomes 10.0.0.21:8080",
        "ROUTE: onward",
        "FORWARD, table filter: no rule applies",
        "POSTROUTING, table nat",
        "no mark: it keeps its source");
  }

  @Test
  void branchesThatDifferByMoreThanTheEndpointAreToldApart() {
    Trace trace = Scene.of(Scene.WEB).trace("10.0.0.21", "172.30.0.1:80");
    assertEquals("true", field(trace, "masquerade"));
    assertEquals(
        "{\"10.0.0.21:8080\":true,\"10.0.1.22:8080\":false}", field(trace, "masqueradeByEndpoint"));
    assertSays(
        trace.text(),
        "masqueraded where told",
        "10.0.0.21:8080  on node-1 (this node)  masqueraded",
        "one of 2 endpoints by chance",
        "IF 10.0.0.21:8080 (50 %)",
        "shop/web:http, hairpin",
        "source 10.0.0.21 becomes 192.168.0.2",
        "IF 10.0.1.22:8080 (50 %)",
        "no mark: it keeps its source");
  }

  @Test
  void aBigServiceIsToldInOneBlock() {
    StringBuilder endpoints = new StringBuilder();
    for (int i = 1; i <= 200; i++) {
      endpoints.append("- {addresses: [10.0.2.").append(i).append("], nodeName: node-3}\n");
    }
    Trace trace = Scene.of(Scene.WEB + endpoints).trace("10.0.0.7", "172.30.0.1:80");
    String text = trace.text();
    assertSays(
        text,
        "goes to one of 202 endpoints of shop/web:http",
        "0.495 %  10.0.0.21:8080",
        "… and 194 more",
        "… and 194 more");
    assertTrue(text.lines().count() < 60, text);
    Json dnat = Objects.requireNonNull(trace.answer().fields().get("dnat"));
    assertEquals(202, ((Json.Arr) dnat).elements().size());
  }

  /** Each endpoint's packets are looked at for all Services that have none. */
  @Test
  void manyEndpointsBesideManyServicesWithoutAreFollowedToTheirEnd() {
    StringBuilder objects = new StringBuilder(Scene.WEB);
    for (int i = 1; i <= 250; i++) {
      objects.append("- {addresses: [10.0.2.").append(i).append("], nodeName: node-3}\n");
    }
    for (int i = 0; i < 4500; i++) {
      objects.append("---\napiVersion: v1\nkind: Service\nmetadata: {name: s").append(i);
      objects.append("}\nspec: {clusterIP: 172.30.").append(1 + i / 256).append('.');
      objects.append(i % 256).append(", ports: [{port: 80}]}\n");
    }
    Trace trace = Scene.of(objects.toString()).trace("10.0.0.7", "172.30.0.1:80");
    assertEquals("\"accept\"", field(trace, "verdict"));
    assertFalse(trace.text().contains("UNDECIDED"), trace::text);
  }

  @Test
  void theNodeItselfIsKnownByItsAddress() {
    Trace trace = Scene.of(Scene.WEB).trace("192.168.0.2", "172.30.0.1:80");
    assertEquals("true", field(trace, "masquerade"));
    assertSays(trace.text(), "sent by  this node itself (node-1)", "ROUTE: onward", "OUTPUT");
  }

  @Test
  void byTheLoopbackOnlyTheNodeSends() {
    Flow flow =
        new Flow(
            "",
            IpAddress.of("127.0.0.1"),
            Protocol.TCP,
            AddressPort.parse("127.0.0.1:30080").orElseThrow(),
            Optional.of("lo"),
            Flow.State.NEW,
            List.of());
    Trace trace = Scene.of(Scene.WEB).trace(flow);
    assertEquals("true", field(trace, "masquerade"));
    assertSays(trace.text(), "sent by  this node itself", "OUTPUT, table nat");
  }

  @Test
  void refusalsSayWhatIsMissing() {
    String empty = Scene.WEB.replace("endpoints:\n", "endpoints: []\nothers:\n");
    Trace trace = Scene.of(empty).trace("203.0.113.9", "192.168.0.2:30080");
    assertEquals("\"reject\"", field(trace, "verdict"));
    assertEquals("[]", field(trace, "dnat"));
    assertSays(
        trace.text(),
        "REJECT: shop/web:http has no endpoints",
        "because its EndpointSlices name no endpoint",
        "INPUT, table filter",
        "shop/web:http, node port 30080: refused");
  }

  @Test
  void namesOfNodesStayInTheirLine() {
    String hostile = Scene.WEB.replace("nodeName: node-2", "nodeName: \"x\\e[2J\\nACCEPT\"");
    assertSays(
        Scene.of(hostile).trace("10.0.0.7", "172.30.0.1:80").text(),
        "10.0.1.22:8080  on x?[2J?ACCEPT\n");
  }

  @Test
  void aPortNameThatNoSliceHasIsTold() {
    String other = Scene.WEB.replace("{name: http, port: 8080}", "{name: web, port: 8080}");
    assertSays(
        Scene.of(other).trace("10.0.0.7", "172.30.0.1:80").text(),
        "because EndpointSlice shop/web-1 has no port named http for TCP, only 8080/TCP (web)");
  }

  @Test
  void endpointsThatAreLeftOutAreTold() {
    String objects =
        Scene.WEB
            + "- {addresses: [10.0.1.23], nodeName: node-2, conditions: {ready: false}}\n"
            + "- {addresses: [10.0.1.24], nodeName: node-2,"
            + " conditions: {ready: false, serving: true, terminating: true}}\n";
    assertSays(
        Scene.of(objects).trace("10.0.0.7", "172.30.0.1:80").text(),
        "left out: 10.0.1.23:8080 on node-2: not ready",
        "left out: 10.0.1.24:8080 on node-2: terminating, and others are ready");
  }

  @Test
  void localPoliciesSayWhereTheEndpointsAre() {
    String local =
        Scene.WEB
            .replace("type: NodePort", "type: NodePort\n  externalTrafficPolicy: Local")
            .replace("[10.0.0.21], nodeName: node-1", "[10.0.3.21], nodeName: node-3");
    Trace trace = Scene.of(local).trace("203.0.113.9", "192.168.0.2:30080");
    assertEquals("\"drop\"", field(trace, "verdict"));
    assertSays(
        trace.text(),
        "DROP: shop/web:http",
        "because its endpoints are on node-2, node-3",
        "externalTrafficPolicy: Local allows those on node-1 only");
  }

  @Test
  void sourceRangesThatRefuseAreTold() {
    String ranges =
        Scene.WEB
            .replace(
                "type: NodePort",
                "type: LoadBalancer\n  loadBalancerSourceRanges: [203.0.113.0/24]")
            .replace("---\n", "status: {loadBalancer: {ingress: [{ip: 192.0.2.80}]}}\n---\n");
    Scene scene = Scene.of(ranges);
    Trace refused = scene.trace("198.51.100.1", "192.0.2.80:80");
    assertEquals("\"drop\"", field(refused, "verdict"));
    assertEquals("[]", field(refused, "dnat"));
    assertSays(
        refused.text(),
        "its source ranges do not let it in",
        "because 198.51.100.1 is in none of its loadBalancerSourceRanges, 203.0.113.0/24");
    assertEquals("\"accept\"", field(scene.trace("203.0.113.1", "192.0.2.80:80"), "verdict"));
  }

  @Test
  void affinityKeepsAClientWhereItWas() {
    String sticky =
        Scene.WEB.replace("type: NodePort", "type: NodePort\n  sessionAffinity: ClientIP");
    Flow.Used used = new Flow.Used(AddressPort.parse("10.0.1.22:8080").orElseThrow(), 10_000);
    Trace known = Scene.of(sticky).trace(flow("10.0.0.7", "172.30.0.1:80", used));
    assertEquals("[\"10.0.1.22:8080\"]", field(known, "dnat"));
    assertSays(known.text(), "the endpoint of shop/web:http that this client used last");
    Flow.Used before = new Flow.Used(used.endpoint(), 10_801);
    Trace forgotten = Scene.of(sticky).trace(flow("10.0.0.7", "172.30.0.1:80", before));
    assertEquals("[\"10.0.0.21:8080\",\"10.0.1.22:8080\"]", field(forgotten, "dnat"));
  }

  @Test
  void nftablesTellsTheElementsOfTheService() {
    Trace trace = Scene.ofNftables(Scene.WEB).trace("10.0.0.7", "172.30.0.1:80");
    assertEquals("[\"10.0.0.21:8080\",\"10.0.1.22:8080\"]", field(trace, "dnat"));
    assertSays(
        trace.text(),
        "ACCEPT: goes to one of 2 endpoints of shop/web:http; source kept, 10.0.0.7",
        "PREROUTING, chain nat_prerouting",
        "shop/web:http, cluster IP",
        "@frontends { 172.30.0.1 . tcp . 80",
        "shop/web:http, one of 2 endpoints by chance",
        "destination 172.30.0.1:80 becomes 10.0.0.21:8080");
  }

  @Test
  void nftablesEndsWhatNoServiceServes() {
    Scene scene = Scene.ofNftables(Scene.WEB);
    Trace port = scene.trace("10.0.0.7", "172.30.0.1:81");
    assertEquals("\"reject\"", field(port, "verdict"));
    assertEquals("null", field(port, "dnat"));
    assertSays(
        port.text(),
        "REJECT: no port of the Service",
        "nearest: 172.30.0.1 is the cluster IP of shop/web, which serves 80/TCP (http) there");
    Trace address = scene.trace("10.0.0.7", "172.30.0.9:80");
    assertEquals("\"drop\"", field(address, "verdict"));
    assertSays(
        address.text(),
        "DROP: no Service",
        "nearest: 172.30.0.9 is in the range of Services 172.30.0.0/16, but no Service has it");
  }

  @Test
  void nftablesRemembersClientsToo() {
    String sticky =
        Scene.WEB.replace("type: NodePort", "type: NodePort\n  sessionAffinity: ClientIP");
    Flow.Used used = new Flow.Used(AddressPort.parse("10.0.1.22:8080").orElseThrow(), 10_000);
    Trace known = Scene.ofNftables(sticky).trace(flow("10.0.0.7", "172.30.0.1:80", used));
    assertEquals("[\"10.0.1.22:8080\"]", field(known, "dnat"));
    assertSays(known.text(), "the endpoint of shop/web:http that this client used last");
  }

  @Test
  void healthChecksAreLetIn() {
    String local =
        Scene.WEB.replace(
            "type: NodePort",
            "type: LoadBalancer\n  externalTrafficPolicy: Local\n  healthCheckNodePort: 31999");
    Trace trace = Scene.of(local).trace("203.0.113.1", "192.168.0.2:31999");
    assertEquals("\"accept\"", field(trace, "verdict"));
    assertEquals("null", field(trace, "dnat"));
    assertEquals("true", field(trace, "explicitAccept"));
  }

  @Test
  void aSingleAnswerHasItsBranchesToo() {
    Json.Obj answer = Scene.of(Scene.WEB).trace("10.0.0.7", "172.30.0.1:80").detailedAnswer();
    assertFalse(answer.fields().containsKey("name"));
    assertEquals(
        "[{\"chance\":0.5,\"verdict\":\"accept\",\"endpoint\":\"10.0.0.21:8080\",\"masquerade\":false},"
            + "{\"chance\":0.5,\"verdict\":\"accept\",\"endpoint\":\"10.0.1.22:8080\",\"masquerade\":false}]",
        JsonText.write(Objects.requireNonNull(answer.fields().get("branches"))));
    assertEquals(
        List.of("verdict", "dnat", "masquerade", "path", "branches", "why"),
        List.copyOf(answer.fields().keySet()));
  }
}

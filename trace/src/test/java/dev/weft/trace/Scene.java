package dev.weft.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.iptables.apply.RulesMode;
import dev.weft.json.Json;
import dev.weft.json.JsonText;
import dev.weft.net.IpAddress;
import dev.weft.services.Manifests;
import dev.weft.services.Node;
import dev.weft.services.Protocol;
import dev.weft.services.ServiceObjects;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** A node, node-1 at 192.168.0.2 with pods in 10.0.0.0/24, and Services to trace packets to. */
final class Scene {
  /** Of {@code shop/web}: TCP 80 to two endpoints, one of them here, and a node port. */
  static final String WEB =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web, namespace: shop}
      spec:
        type: NodePort
        clusterIP: 172.30.0.1
        ports: [{name: http, port: 80, targetPort: 8080, nodePort: 30080}]
      ---
      apiVersion: discovery.k8s.io/v1
      kind: EndpointSlice
      metadata: {name: web-1, namespace: shop, labels: {kubernetes.io/service-name: web}}
      addressType: IPv4
      ports: [{name: http, port: 8080}]
      endpoints:
      - {addresses: [10.0.0.21], nodeName: node-1}
      - {addresses: [10.0.1.22], nodeName: node-2}
      """;

  static final String NODE =
      """
      name: node-1
      addresses: [{address: 192.168.0.2, primary: true}, {address: "fd00:192::2"}]
      detectLocal: {mode: ClusterCIDR, cidrs: [10.0.0.0/24]}
      serviceCIDRs: [172.30.0.0/16]
      """;

  private final Tracer tracer;

  private Scene(RulesMode mode, String node, String objects, int problems) {
    Manifests manifests = Manifests.parse(objects.getBytes(StandardCharsets.UTF_8), "objects.yaml");
    ServiceObjects read = ServiceObjects.of(manifests);
    assertEquals(problems, read.problems().size(), () -> read.problems().toString());
    tracer =
        new Tracer(
            read,
            Node.parse(
                node.getBytes(StandardCharsets.UTF_8),
                "node.yaml",
                warning -> {
                  throw new AssertionError(warning);
                }),
            mode);
  }

  static Scene of(String objects) {
    return new Scene(RulesMode.IPTABLES, NODE, objects, 0);
  }

  static Scene ofNftables(String objects) {
    return new Scene(RulesMode.NFTABLES, NODE, objects, 0);
  }

  /** With an object among them that cannot be read. */
  static Scene withRefused(String objects) {
    return new Scene(RulesMode.IPTABLES, NODE, objects, 1);
  }

  static Scene of(String node, String objects) {
    return new Scene(RulesMode.IPTABLES, node, objects, 0);
  }

  static Flow flow(String from, String to, Flow.Used... affinity) {
    return new Flow(
        "a flow",
        IpAddress.of(from),
        Protocol.TCP,
        AddressPort.parse(to).orElseThrow(),
        Optional.empty(),
        Flow.State.NEW,
        List.of(affinity));
  }

  Trace trace(Flow flow) {
    return tracer.trace(flow);
  }

  Trace trace(String from, String to) {
    return tracer.trace(flow(from, to));
  }

  /** A field of an answer, as JSON. */
  static String field(Trace trace, String key) {
    Json value = trace.answer().fields().get(key);
    return value == null ? "absent" : JsonText.write(value);
  }
}

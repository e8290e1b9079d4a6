package dev.weft.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Both modes lead packets to Services alike, but for what is known to differ. */
class ModesProperties {
  private static final List<String> CLIENTS =
      List.of("10.0.0.200", "10.0.0.1", "10.0.1.1", "192.168.0.2", "203.0.113.9", "198.51.100.7");

  private static final List<String> COMPARED =
      List.of("verdict", "dnat", "masquerade", "masqueradeByEndpoint");

  /** A Service, and where it can be reached. */
  private record Sample(
      String text, List<String> frontends, boolean hasEndpoints, boolean ranged) {}

  private static Sample sample(Random random, int number) {
    boolean outer = random.nextBoolean();
    boolean ranged = outer && random.nextInt(3) == 0;
    List<String> spec = new ArrayList<>();
    spec.add("type: " + (outer ? "LoadBalancer" : "ClusterIP"));
    spec.add("clusterIP: 172.30.0." + number);
    List<String> frontends = new ArrayList<>(List.of("172.30.0." + number + ":80"));
    if (random.nextInt(3) == 0) {
      spec.add("internalTrafficPolicy: Local");
    }
    if (random.nextInt(3) == 0) {
      spec.add("sessionAffinity: ClientIP");
    }
    String nodePort = "";
    String status = "";
    if (outer) {
      frontends.add("192.0.2." + number + ":80");
      frontends.add("192.168.0.2:" + (30000 + number));
      nodePort = ", nodePort: " + (30000 + number);
      status = "status: {loadBalancer: {ingress: [{ip: 192.0.2." + number + "}]}}\n";
      if (random.nextBoolean()) {
        spec.add("externalTrafficPolicy: Local");
      }
    }
    if (ranged) {
      spec.add(
          "loadBalancerSourceRanges: ["
              + (random.nextBoolean() ? "203.0.113.0/24" : "203.0.113.0/24, 192.168.0.0/24")
              + "]");
    }
    List<String> endpoints = new ArrayList<>();
    boolean useful = false;
    for (int i = 1, count = random.nextInt(4); i <= count; i++) {
      int node = random.nextInt(2);
      boolean ready = random.nextInt(4) > 0;
      boolean serving = ready || random.nextBoolean();
      useful |= serving;
      endpoints.add(
          "- {addresses: [10.0.%d.%d], nodeName: node-%d,".formatted(node, i, node + 1)
              + " conditions: {ready: %b, serving: %b, terminating: %b}}"
                  .formatted(ready, serving, !ready));
    }
    String name = "s" + number;
    String text =
        "apiVersion: v1\nkind: Service\nmetadata: {name: "
            + name
            + "}\nspec: {"
            + String.join(", ", spec)
            + ", ports: [{port: 80"
            + nodePort
            + "}]}\n"
            + status
            + "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: "
            + name
            + "-1, labels: {kubernetes.io/service-name: "
            + name
            + "}}\naddressType: IPv4\nports: [{port: 8080}]\nendpoints:"
            + (endpoints.isEmpty() ? " []\n" : "\n" + String.join("\n", endpoints) + "\n")
            + "---\n";
    return new Sample(text, frontends, useful, ranged);
  }

  private static Map<String, Json> compared(Trace trace) {
    Map<String, Json> fields = new LinkedHashMap<>(trace.answer().fields());
    fields.keySet().retainAll(COMPARED);
    return fields;
  }

  /** Without endpoints, iptables lets the node itself try, and heeds no source ranges. */
  private static boolean isKnownToDiffer(Sample sample, String client, String frontend) {
    boolean inner = frontend.startsWith("172.30.");
    return !sample.hasEndpoints() && !inner && (sample.ranged() || client.equals("192.168.0.2"));
  }

  @Property(tries = 200)
  void packetsMeetTheSame(@ForAll Random random) {
    List<Sample> samples = new ArrayList<>();
    StringBuilder objects = new StringBuilder();
    for (int i = 1, count = 1 + random.nextInt(4); i <= count; i++) {
      Sample sample = sample(random, i);
      samples.add(sample);
      objects.append(sample.text());
    }
    Scene iptables = Scene.of(objects.toString());
    Scene nftables = Scene.ofNftables(objects.toString());
    for (Sample sample : samples) {
      for (String frontend : sample.frontends()) {
        for (String client : CLIENTS) {
          if (!isKnownToDiffer(sample, client, frontend)) {
            assertEquals(
                compared(iptables.trace(client, frontend)),
                compared(nftables.trace(client, frontend)),
                () -> client + " to " + frontend + " of\n" + objects);
          }
        }
      }
    }
  }
}

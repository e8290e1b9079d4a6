package dev.weft.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code weft services sync} with real packets, in both modes. */
class ServiceSyncIT {
  private static final String CLUSTER_IP = "172.30.0.10";
  private static final int CLIENT = 7777;

  /** Local traffic of a load balancer, so that health is told. */
  private static final String BALANCED =
      "type: LoadBalancer, externalTrafficPolicy: Local, healthCheckNodePort: 32000,"
          + " ports: [{name: echo, port: 53, nodePort: 30053, protocol: UDP}]";

  private ServiceNode node;

  @BeforeEach
  void makeNode() {
    node = new ServiceNode();
  }

  @AfterEach
  void removeNode() {
    node.close();
  }

  private String answer(String... names) {
    return node.answer(CLIENT, CLUSTER_IP, 53, names);
  }

  private Process watch(String mode, String... more) {
    String[] options = new String[more.length + 3];
    options[0] = "--mode=" + mode;
    options[1] = "--sync-period=1s";
    options[2] = "--log-level=debug";
    System.arraycopy(more, 0, options, 3, more.length);
    return node.watch(options);
  }

  private static int exit(Process process) throws InterruptedException {
    assertTrue(process.waitFor(ServiceNode.LIMIT.toSeconds(), TimeUnit.SECONDS), "it does not end");
    return process.exitValue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"iptables", "nftables"})
  void onceServesWhatIsThere(String mode) {
    node.service("type: NodePort, ports: [{name: echo, port: 53, nodePort: 30053, protocol: UDP}]");
    node.endpoints(ServiceNode.A);
    Command.Outcome dry = node.sync("--dry-run", "--mode", mode).succeeded();
    assertTrue(
        dry.stdout().contains(mode.equals("iptables") ? "WEFT-SEP-" : "table ip"), dry::stdout);
    assertFalse(node.rules().toLowerCase(Locale.ROOT).contains("weft"));
    node.sync("--once", "--mode", mode).succeeded();
    assertEquals("a", answer("a"));
    assertEquals("a", node.answer(CLIENT, ServiceNode.ADDRESS, 30053, "a"));
    Command.Outcome again = node.sync("--once", "--mode", mode).succeeded();
    assertTrue(again.stdout().contains(" 0 changed"), again::stdout);
    assertFalse(again.stdout().matches("(?s).* [1-9]\\d* changed.*"), again::stdout);
    node.endpoints(ServiceNode.B);
    node.sync("--once", "--mode", mode).succeeded();
    assertEquals("b", answer("b"), "the flow to a was not ended");
  }

  @ParameterizedTest
  @ValueSource(strings = {"iptables", "nftables"})
  void whatChangesIsFollowedAndRulesStayAtTheEnd(String mode) throws Exception {
    node.service();
    node.endpoints(ServiceNode.A);
    Process watch = watch(mode);
    assertEquals("a", answer("a"), node::log);
    node.endpoints(ServiceNode.B);
    assertEquals("b", answer("b"), node::log);
    node.endpoints();
    node.assertNobodyAnswers(CLIENT, CLUSTER_IP, 53);
    node.endpoints(ServiceNode.A);
    assertEquals("a", answer("a"), node::log);
    node.delete("service.yaml");
    node.assertNobodyAnswers(CLIENT, CLUSTER_IP, 53);
    node.service();
    assertEquals("a", answer("a"), node::log);
    watch.destroy();
    assertEquals(0, exit(watch), node::log);
    assertEquals("a", answer("a"), node::log);
  }

  @ParameterizedTest
  @ValueSource(strings = {"iptables", "nftables"})
  void anApiServerIsFollowedAndWhatStandsIsKeptWhileItIsAway(String mode) {
    node.startApiServer();
    node.service();
    node.endpoints(ServiceNode.A);
    node.apply();
    node.watchApiServer("--mode=" + mode, "--sync-period=1s", "--log-level=debug");
    assertEquals("a", answer("a"), node::log);
    node.endpoints(ServiceNode.B);
    node.apply();
    assertEquals("b", answer("b"), node::log);
    node.order("delete-service shop echo");
    node.assertNobodyAnswers(CLIENT, CLUSTER_IP, 53);
    node.apply();
    assertEquals("b", answer("b"), node::log);
    node.order("down");
    Await.until(
        ServiceNode.LIMIT, () -> node.log().contains("what stands is kept"), () -> node.log());
    assertEquals("b", answer("b"), node::log);
    node.endpoints(ServiceNode.A);
    node.apply();
    node.order("up");
    assertEquals("a", answer("a"), node::log);
    Await.until(
        ServiceNode.LIMIT, () -> node.log().contains("can be seen again"), () -> node.log());
  }

  @ParameterizedTest
  @ValueSource(strings = {"iptables", "nftables"})
  void whatAFirewallReloadWipedComesBack(String mode) {
    node.service();
    node.endpoints(ServiceNode.A);
    watch(mode);
    assertEquals("a", answer("a"), node::log);
    node.run("nft", "flush", "ruleset");
    for (String table : List.of("nat", "filter")) {
      node.tryRun("iptables-legacy", "-t", table, "-F");
    }
    node.run("conntrack", "-F");
    assertEquals("a", answer("a"), node::log);
    assertTrue(node.log().contains("level=warning"), node::log);
  }

  @ParameterizedTest
  @ValueSource(strings = {"iptables", "nftables"})
  void aProcessThatIsKilledIsFollowedByOneThatMendsAndKeepsFlows(String mode) throws Exception {
    node.service();
    node.endpoints(ServiceNode.A, ServiceNode.B);
    Process first = watch(mode);
    String served = answer("a", "b");
    first.destroyForcibly();
    exit(first);
    String others = served.equals("a") ? ServiceNode.B : ServiceNode.A;
    node.slice(
        List.of(
            "{addresses: [%s], nodeName: here, conditions: {ready: true}}".formatted(others),
            "{addresses: [%s], nodeName: here, conditions: {ready: false, serving: true,"
                    .formatted(served.equals("a") ? ServiceNode.A : ServiceNode.B)
                + " terminating: true}}"));
    long synced = syncs();
    watch(mode);
    // Until then a new flow may go to either, and stays there.
    Await.until(ServiceNode.LIMIT, () -> syncs() > synced, () -> node.log());
    String other = served.equals("a") ? "b" : "a";
    assertEquals(other, node.answer(CLIENT + 1, CLUSTER_IP, 53, other), node::log);
    assertEquals(served, answer("a", "b"), "a flow to an endpoint that drains was ended");
    node.endpoints(others);
    assertEquals(other, answer(other), node::log);
  }

  private long syncs() {
    return node.log().lines().filter(line -> line.contains("IPv4: ")).count();
  }

  @ParameterizedTest
  @ValueSource(strings = {"iptables", "nftables"})
  void healthAndFiguresAreTold(String mode) {
    node.service(BALANCED);
    node.endpoints(ServiceNode.A);
    watch(mode, "--health=127.0.0.1:10256", "--metrics=127.0.0.1:10249");
    assertEquals("a", answer("a"), node::log);
    String healthy = page("32000/healthz", "200");
    assertTrue(healthy.contains("\"localEndpoints\": 1"), healthy);
    assertTrue(healthy.contains("\"serviceProxyHealthy\": true"), healthy);
    assertTrue(healthy.contains("X-Load-Balancing-Endpoint-Weight: 1"), healthy);
    assertTrue(page("10256/healthz", "200").contains("\"nodeEligible\": true"));
    assertTrue(page("10256/livez", "200").contains("\"lastUpdated\""));
    String metrics = page("10249/metrics", "200");
    for (String name :
        List.of(
            "kubeproxy_sync_proxy_rules_duration_seconds_count{ip_family=\"IPv4\"} ",
            "kubeproxy_sync_proxy_rules_service_changes_total 1",
            "kubeproxy_proxy_healthz_total{code=\"200\"} ")) {
      assertTrue(metrics.contains(name), () -> name + " is not in\n" + metrics);
    }
    node.slice(List.of("{addresses: [10.88.0.3], nodeName: elsewhere, conditions: {ready: true}}"));
    String unhealthy = page("32000/", "503");
    assertTrue(unhealthy.contains("\"localEndpoints\": 0"), unhealthy);
    node.delete("service.yaml");
    Await.until(
        ServiceNode.LIMIT,
        () -> node.tryRun("curl", "-s", "http://127.0.0.1:32000/").exitCode() == 7,
        () -> "the port of a Service that is gone is still served");
  }

  @Test
  void loadBalancersAreToldIfTheNodeIsAboutToGo() {
    node.startApiServer();
    node.service();
    node.endpoints(ServiceNode.A);
    node.apply();
    node.cluster("");
    node.watchApiServer("--sync-period=1s", "--health=127.0.0.1:10256");
    assertTrue(page("10256/healthz", "200").contains("\"nodeEligible\": true"));
    node.cluster("taints: [{key: ToBeDeletedByClusterAutoscaler, effect: NoSchedule}]");
    assertTrue(page("10256/healthz", "503").contains("\"nodeEligible\": false"));
    page("10256/livez", "200");
    node.cluster("");
    assertTrue(page("10256/healthz", "200").contains("\"nodeEligible\": true"));
  }

  private String page(String portAndPath, String status) {
    String[] curl = {"curl", "-si", "--max-time", "5", "http://127.0.0.1:" + portAndPath};
    Await.until(
        ServiceNode.LIMIT,
        () -> node.tryRun(curl).stdout().startsWith("HTTP/1.1 " + status),
        () -> portAndPath + ": " + node.tryRun(curl).stdout() + node.log());
    return node.run(curl);
  }

  @Test
  void whatIsWrongIsNamedAndTheOthersAreServed() {
    node.service();
    node.endpoints(ServiceNode.A);
    node.write(
        "broken.yaml",
        """
        apiVersion: v1
        kind: Service
        metadata: {name: broken, namespace: shop}
        spec: {clusterIP: 172.30.0.300, ports: [{port: 80}]}
        """);
    Command.Outcome once = node.sync("--once");
    assertEquals(1, once.exitCode());
    assertTrue(once.stderr().contains("broken.yaml") && once.stderr().contains("shop/broken"));
    assertEquals("a", answer("a"));
    Process watch = watch("iptables");
    node.endpoints(ServiceNode.B);
    assertEquals("b", answer("b"), node::log);
    assertTrue(watch.isAlive() && node.log().contains("shop/broken"), node::log);
  }

  @Test
  void aModeLeavesNothingOfTheOther() {
    node.service();
    node.endpoints(ServiceNode.A);
    node.sync("--once", "--mode=iptables").succeeded();
    assertTrue(node.rules().contains("WEFT-SERVICES"));
    node.sync("--once", "--mode=nftables").succeeded();
    assertFalse(node.rules().contains("WEFT-SERVICES"), node::rules);
    assertEquals("a", answer("a"));
    node.sync("--once", "--mode=iptables").succeeded();
    assertFalse(node.rules().contains("weft_services"), node::rules);
    assertEquals("a", answer("a"));
  }

  @Test
  void loopbackNodePortsAreServedInIptablesMode() {
    node.service("type: NodePort, ports: [{name: echo, port: 53, nodePort: 30053, protocol: UDP}]");
    node.endpoints(ServiceNode.A);
    node.sync("--once", "--mode=iptables").succeeded();
    assertEquals("a", node.answer(CLIENT, "127.0.0.1", 30053, "a"));
  }
}

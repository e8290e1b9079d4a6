package dev.weft.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.bench.apiserver.ApiKind;
import dev.weft.bench.apiserver.ApiRequest;
import dev.weft.bench.apiserver.ApiServer;
import dev.weft.bench.apiserver.Fault;
import dev.weft.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The objects of a cluster are told as they are, whatever its API server does. */
class ApiServerSourceTest {

  private static final Pace FAST =
      new Pace(
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          Duration.ofSeconds(20),
          Duration.ofSeconds(20),
          Duration.ofMillis(150),
          Duration.ofMillis(10),
          Duration.ofMillis(50));

  @TempDir private Path directory;
  private final ApiServer server = new ApiServer();
  private final Heard heard = new Heard();
  private List<ApiServerSource> sources = List.of();

  @BeforeEach
  void fill() {
    server.put(Cluster.service("web", "10.0.0.1"));
    server.put(Cluster.slice("web", "10.1.0.1"));
  }

  @AfterEach
  void close() {
    sources.forEach(ApiServerSource::close);
    server.close();
  }

  @Test
  void objectsAreToldAtOnceAndThenTheirChanges() throws Exception {
    start(FAST);
    assertEquals(List.of("all [shop/web, shop/web-1]"), heard.next());
    server.put(Cluster.slice("web", "10.1.0.1", "10.1.0.2"));
    assertEquals(List.of("put shop/web-1 2"), heard.next());
    server.put(Cluster.service("api", "10.0.0.2"));
    assertEquals(List.of("put shop/api [10.0.0.2]"), heard.next());
    server.put(Cluster.service("api", "10.0.0.3"));
    assertEquals(List.of("put shop/api [10.0.0.3]"), heard.next());
    server.delete(ApiKind.ENDPOINT_SLICE, "shop", "web-1");
    assertEquals(List.of("gone shop/web-1"), heard.next());
    server.delete(ApiKind.SERVICE, "shop", "web");
    assertEquals(List.of("gone shop/web"), heard.next());
  }

  @Test
  void serverIsAskedToLeaveOutWhatNoNodeServes() throws Exception {
    start(FAST);
    heard.next();
    awaitWatches();
    List<ApiRequest> asked =
        server.requests().stream()
            .filter(request -> request.kind().filter(ApiKind.SERVICE::equals).isPresent())
            .toList();
    assertEquals(
        Map.of(
            "labelSelector",
            "!service.kubernetes.io/service-proxy-name",
            "fieldSelector",
            "spec.clusterIP!=None",
            "limit",
            "500",
            "resourceVersion",
            "0"),
        asked.get(0).query());
    Map<String, String> watch = asked.get(1).query();
    assertEquals("true", watch.get("allowWatchBookmarks"));
    assertEquals("3", watch.get("resourceVersion"));
    assertEquals("spec.clusterIP!=None", watch.get("fieldSelector"));
    assertTrue(
        server.requests().stream()
            .filter(request -> request.kind().filter(ApiKind.ENDPOINT_SLICE::equals).isPresent())
            .allMatch(
                request ->
                    "!service.kubernetes.io/headless".equals(request.query().get("labelSelector"))
                        && !request.query().containsKey("fieldSelector")));
  }

  @Test
  void objectWithAnErrorIsToldAndStandsAsItWas() throws Exception {
    start(FAST);
    heard.next();
    server.put(Cluster.service("web", "10.0.0.300"));
    assertEquals(
        List.of(
            "wrong Service shop/web: spec.clusterIP is \"10.0.0.300\", but should be an IP address,"
                + " without zeros in front of its numbers"),
        heard.next());
    server.put(Cluster.service("api", "10.0.0.2"));
    assertEquals(List.of("put shop/api [10.0.0.2]"), heard.next());
    server.put(Cluster.service("web", "10.0.0.3"));
    assertEquals(List.of("put shop/web [10.0.0.3]"), heard.next());
  }

  @Test
  void serverThatGoesDownTakesNothingAlong() throws Exception {
    start(FAST);
    heard.next();
    awaitWatches();
    Thread.sleep(FAST.proof().toMillis()); // or it would be a watch that ends at once
    server.goDown();
    assertEquals(List.of("away " + Cluster.address(server) + " takes no connection"), heard.next());
    server.put(Cluster.service("api", "10.0.0.2"));
    server.delete(ApiKind.ENDPOINT_SLICE, "shop", "web-1");
    server.comeUp();
    List<String> told = heard.until("back");
    assertTrue(
        told.containsAll(List.of("put shop/api [10.0.0.2]", "gone shop/web-1")), told::toString);
    assertEquals(3, told.size(), told::toString);
  }

  @Test
  void serverThatIsNotThereYetIsWaitedFor() throws Exception {
    server.goDown();
    start(FAST);
    assertEquals(List.of("away " + Cluster.address(server) + " takes no connection"), heard.next());
    server.comeUp();
    assertEquals(List.of("all [shop/web, shop/web-1]", "back"), heard.until("back"));
  }

  @Test
  void whatWasForgottenIsListedAnewAndToldAsDifferences() throws Exception {
    start(FAST);
    heard.next();
    awaitWatches();
    server.goDown();
    heard.next();
    server.put(Cluster.service("web", "10.0.0.9"));
    server.delete(ApiKind.ENDPOINT_SLICE, "shop", "web-1");
    server.put(Cluster.slice("api", "10.1.0.9"));
    server.forget();
    server.comeUp();
    List<String> told = heard.until("back");
    assertEquals(
        List.of("back", "gone shop/web-1", "put shop/api-1 1", "put shop/web [10.0.0.9]"),
        told.stream().sorted().toList());
  }

  @Test
  void watchThatExpiresIsNoReasonToBeAway() throws Exception {
    start(FAST);
    heard.next();
    awaitWatches();
    server.failWatches(new Fault.Refusal(410, OptionalInt.empty()));
    server.put(Cluster.service("api", "10.0.0.2"));
    assertEquals(List.of("put shop/api [10.0.0.2]"), heard.next());
  }

  @Test
  void listIsTakenInPiecesIfTheLatestIsNeeded() throws Exception {
    for (int i = 0; i < 1100; i++) {
      server.put(Cluster.service("s" + i, "10.2." + i / 250 + "." + (i % 250 + 1)));
    }
    start(FAST);
    heard.next();
    awaitWatches();
    server.failWatches(new Fault.Refusal(410, OptionalInt.empty()));
    awaitWatches();
    server.put(Cluster.service("api", "10.0.0.2"));
    assertEquals(List.of("put shop/api [10.0.0.2]"), heard.next());
    assertEquals(
        2, server.requests().stream().filter(r -> r.query().containsKey("continue")).count());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<html>busy</html>",
        "{\"kind\": \"ServiceList\", \"items\": [",
        "{}",
        "[]",
        "",
        "{\"kind\": \"ServiceList\", \"items\": []}",
        "{\"kind\": \"Status\", \"metadata\": {\"resourceVersion\": \"1\"}}",
        "\u0000\u0001"
      })
  void nonsenseIsNoEmptyList(String nonsense) throws Exception {
    start(FAST);
    heard.next();
    awaitWatches();
    server.fail(ApiRequest::isList, new Fault.Garbage(nonsense));
    server.failWatches(new Fault.Refusal(410, OptionalInt.empty()));
    List<String> away = heard.next();
    assertEquals(1, away.size(), away::toString);
    assertTrue(away.getFirst().startsWith("away the list of "), away::toString);
    server.put(Cluster.service("api", "10.0.0.2"));
    server.heal();
    List<String> back = heard.until("back");
    assertEquals(List.of("put shop/api [10.0.0.2]", "back"), back);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<html>busy</html>\n",
        "{\"type\": \"ADDED\", \"object\"",
        "{}\n",
        "[]\n",
        "{\"type\": \"ADDED\", \"object\": {\"metadata\": {}}}\n",
        "{\"type\": \"WHAT\", \"object\": {\"metadata\": {\"resourceVersion\": \"1\"}}}\n",
        "\u0000\u0001\n"
      })
  void nonsenseInAWatchCostsNothing(String nonsense) throws Exception {
    start(FAST);
    heard.next();
    awaitWatches();
    server.failWatches(new Fault.Garbage(nonsense));
    List<String> away = heard.next();
    assertTrue(away.getFirst().startsWith("away the watch of "), away::toString);
    server.put(Cluster.service("api", "10.0.0.2"));
    List<String> back = heard.until("back");
    assertTrue(back.contains("put shop/api [10.0.0.2]"), back::toString);
  }

  @Test
  void watchesThatEndAtOnceAreToldOnce() throws Exception {
    start(FAST);
    heard.next();
    awaitWatches();
    server.fail(ApiRequest::isWatch, new Fault.Garbage(""));
    server.failWatches(new Fault.Hangup());
    assertTrue(heard.next().getFirst().startsWith("away the watch of "));
    Thread.sleep(300);
    assertEquals(List.of(), heard.rest());
    server.heal();
    assertEquals(List.of("back"), heard.next());
  }

  @Test
  void busyServerIsLeftAloneAsItWishes() throws Exception {
    server.fail(ApiRequest::isList, new Fault.Refusal(429, OptionalInt.of(1)));
    start(FAST);
    List<String> away = heard.next();
    assertTrue(
        away.getFirst().endsWith("s: 429, as it was told to")
            && away.getFirst().startsWith("away " + Cluster.address(server) + " refuses to list "),
        away::toString);
    server.heal();
    Thread.sleep(500);
    assertEquals(2, server.requests().size());
    assertEquals(List.of("all [shop/web, shop/web-1]", "back"), heard.until("back"));
  }

  @Test
  void serverThatHangsIsGivenUp() throws Exception {
    server.fail(ApiRequest::isList, new Fault.Silence());
    start(
        new Pace(
            Duration.ofMillis(300),
            FAST.list(),
            FAST.watch(),
            FAST.span(),
            FAST.proof(),
            FAST.leastPause(),
            FAST.mostPause()));
    assertEquals(
        List.of("away " + Cluster.address(server) + " does not answer within 0.3 s"), heard.next());
    server.heal();
    heard.until("back");
  }

  @Test
  void watchThatIsSilentForLongIsBegunAnew() throws Exception {
    start(
        new Pace(
            FAST.answer(),
            FAST.list(),
            Duration.ofMillis(300),
            FAST.span(),
            FAST.proof(),
            FAST.leastPause(),
            FAST.mostPause()));
    heard.next();
    awaitWatches();
    server.failWatches(new Fault.Silence());
    server.put(Cluster.service("api", "10.0.0.2"));
    assertEquals(List.of("put shop/api [10.0.0.2]"), heard.next());
  }

  @Test
  void watchGoesOnFromItsBookmark() throws Exception {
    start(FAST);
    heard.next();
    awaitWatches();
    server.forget();
    server.bookmark();
    server.put(Cluster.slice("web", "10.1.0.1", "10.1.0.2"));
    assertEquals(List.of("put shop/web-1 2"), heard.next());
    long lists = server.requests().stream().filter(ApiRequest::isList).count();
    server.failWatches(new Fault.Hangup());
    server.put(Cluster.service("api", "10.0.0.2"));
    assertEquals(List.of("put shop/api [10.0.0.2]"), heard.until("put"));
    assertEquals(lists, server.requests().stream().filter(ApiRequest::isList).count());
  }

  @Test
  void nothingIsToldAfterTheEnd() throws Exception {
    start(FAST);
    heard.next();
    awaitWatches();
    sources.forEach(ApiServerSource::close);
    server.put(Cluster.service("api", "10.0.0.2"));
    Thread.sleep(100);
    assertEquals(List.of(), heard.rest());
    assertEquals(0, server.watches());
  }

  @Test
  void nodeIsFollowed() throws Exception {
    server.put(node("here", "a", ""));
    server.put(node("there", "b", ""));
    BlockingQueue<ClusterNode> told = new LinkedBlockingQueue<>();
    ApiServerSource source = source(FAST);
    source.followNode("here", told::add);
    source.start(heard);
    assertEquals(new ClusterNode(Optional.of("a"), false), told.poll(20, TimeUnit.SECONDS));
    heard.next();
    awaitWatches();
    server.put(node("here", "a", ", \"spec\": {\"unschedulable\": true}"));
    server.put(node("here", "c", ""));
    assertEquals(new ClusterNode(Optional.of("c"), false), told.poll(20, TimeUnit.SECONDS));
    server.put(
        node(
            "here",
            "c",
            ", \"spec\": {\"taints\": [{\"key\": \"ToBeDeletedByClusterAutoscaler\"}]}"));
    assertEquals(new ClusterNode(Optional.of("c"), true), told.poll(20, TimeUnit.SECONDS));
    server.put(node("here", "c", ""));
    assertEquals(new ClusterNode(Optional.of("c"), false), told.poll(20, TimeUnit.SECONDS));
    server.delete(ApiKind.NODE, "", "here");
    assertEquals(new ClusterNode(Optional.of("c"), true), told.poll(20, TimeUnit.SECONDS));
  }

  private static Json.Obj node(String name, String zone, String more) {
    return Cluster.object(
        """
        {"apiVersion": "v1", "kind": "Node",
         "metadata": {"name": "%s", "labels": {"topology.kubernetes.io/zone": "%s"}}%s}
        """
            .formatted(name, zone, more));
  }

  private void start(Pace pace) throws IOException {
    source(pace).start(heard);
  }

  private ApiServerSource source(Pace pace) throws IOException {
    Path kubeconfig = Files.writeString(directory.resolve("kubeconfig"), server.kubeconfig());
    ApiServerSource source = ApiServerSource.fromKubeconfig(kubeconfig, pace);
    sources = List.of(source);
    return source;
  }

  private void awaitWatches() throws InterruptedException {
    for (int i = 0; i < 1000 && server.watches() < 2; i++) {
      Thread.sleep(10);
    }
    assertTrue(server.watches() >= 2);
  }
}

package dev.weft.bench.apiserver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.weft.json.Json;
import dev.weft.json.JsonText;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients see what they would see of a real API server. */
class ApiServerTest {
  private static final String SLICES = "/apis/discovery.k8s.io/v1/endpointslices";

  private final ApiServer server = new ApiServer();
  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void listsWhatMatches() throws Exception {
    put("Service", "a", "{\"clusterIP\":\"None\"}", "");
    put("Service", "b", "{\"clusterIP\":\"10.0.0.1\"}", "");
    put("Service", "c", "{\"clusterIP\":\"10.0.0.2\"}", "\"service-proxy-name\":\"mine\"");
    assertEquals(
        List.of("b"),
        names(
            "/api/v1/services?labelSelector=%21service-proxy-name"
                + "&fieldSelector=spec.clusterIP%21%3DNone&resourceVersion=0&limit=1"));
    assertEquals(List.of("a", "b", "c"), names("/api/v1/services"));
    assertEquals(List.of("c"), names("/api/v1/services?labelSelector=service-proxy-name%3Dmine"));
    assertEquals(
        List.of("a"), names("/api/v1/namespaces/shop/services?fieldSelector=metadata.name%3Da"));
    assertEquals(List.of(), names("/api/v1/namespaces/other/services"));
    assertEquals(List.of(), names(SLICES));
    assertEquals(
        "{\"kind\":\"Service\",\"apiVersion\":\"v1\",\"spec\":{\"clusterIP\":\"None\"},"
            + "\"metadata\":{\"namespace\":\"shop\",\"name\":\"a\",\"labels\":{},"
            + "\"resourceVersion\":\"2\"}}",
        get("/api/v1/namespaces/shop/services/a").body());
  }

  @Test
  void listCanBeTakenInPieces() throws Exception {
    for (String name : List.of("a", "b", "c")) {
      put("Service", name, "{}", "");
    }
    Json.Obj first = object(get("/api/v1/services?limit=2").body());
    put("Service", "aa", "{}", "");
    String token = Stored.word(Stored.metadata(first), "continue");
    assertEquals(List.of("a", "b"), names(first));
    Json.Obj second = object(get("/api/v1/services?limit=2&continue=" + token).body());
    assertEquals(List.of("c"), names(second));
    assertEquals("", Stored.word(Stored.metadata(second), "continue"));
    server.forget();
    assertEquals(410, get("/api/v1/services?limit=2&continue=" + token).statusCode());
  }

  @Test
  void watchTellsWhatComesAndGoesForTheSelector() throws Exception {
    put("EndpointSlice", "a", "{}", "");
    String version = version(SLICES);
    try (BufferedReader watch =
        watch(SLICES, "resourceVersion=" + version + "&labelSelector=%21headless")) {
      put("EndpointSlice", "b", "{}", "");
      put("EndpointSlice", "b", "{}", "\"x\":\"y\"");
      put("EndpointSlice", "a", "{}", "\"headless\":\"\"");
      put("EndpointSlice", "a", "{}", "");
      server.delete(ApiKind.ENDPOINT_SLICE, "shop", "b");
      server.bookmark();
      assertEquals(
          List.of("ADDED b 3", "MODIFIED b 4", "DELETED a 5", "ADDED a 6", "DELETED b 7"),
          events(watch, 5));
      assertEquals(List.of("BOOKMARK  7"), events(watch, 1));
    }
    try (BufferedReader late = watch(SLICES, "resourceVersion=5")) {
      assertEquals(
          List.of("ADDED a 6", "DELETED b 7"),
          events(late, 2).stream().map(event -> event.replace("MODIFIED", "ADDED")).toList());
    }
    try (BufferedReader fresh = watch(SLICES, "sendInitialEvents=true")) {
      assertEquals(List.of("ADDED a 6", "BOOKMARK  7"), events(fresh, 2));
    }
  }

  @Test
  void watchOfWhatIsForgottenIsRefused() throws Exception {
    put("Service", "a", "{}", "");
    server.forget();
    try (BufferedReader watch = watch("/api/v1/services", "resourceVersion=2")) {
      assertEquals(List.of("ERROR  "), events(watch, 1));
      assertEquals(null, watch.readLine());
    }
  }

  @Test
  void watchEndsInTime() throws Exception {
    try (BufferedReader watch = watch("/api/v1/services", "resourceVersion=1&timeoutSeconds=1")) {
      assertEquals(null, watch.readLine());
    }
    assertEquals(0, server.watches());
  }

  @ParameterizedTest
  @CsvSource({
    "/healthz, 404",
    "/api/v1/pods, 404",
    "/api/v1/namespaces/shop/services/none, 404",
    "/api/v1/services?resourceVersion=99, 504",
  })
  void whatIsNotThereIsRefused(String path, int code) throws Exception {
    HttpResponse<String> answer = get(path);
    assertEquals(code, answer.statusCode());
    assertEquals("Status", Stored.word(object(answer.body()), "kind"));
  }

  @Test
  void failsAsItIsTold() throws Exception {
    server.fail(_ -> true, new Fault.Refusal(429, OptionalInt.of(3)));
    HttpResponse<String> busy = get("/api/v1/nodes");
    assertEquals(429, busy.statusCode());
    assertEquals("3", busy.headers().firstValue("Retry-After").orElse(""));
    server.fail(request -> request.verb().equals("list"), new Fault.Garbage("<html>"));
    assertEquals("<html>", get("/api/v1/nodes").body());
    server.fail(_ -> true, new Fault.Hangup());
    assertThrows(IOException.class, () -> get("/api/v1/nodes"));
    server.fail(_ -> true, new Fault.Silence());
    assertThrows(IOException.class, () -> get("/api/v1/nodes"));
    server.heal();
    try (BufferedReader watch = watch("/api/v1/nodes", "resourceVersion=1")) {
      server.failWatches(new Fault.Garbage("{]\n"));
      assertEquals("{]", watch.readLine());
    }
    server.goDown();
    assertThrows(IOException.class, () -> get("/api/v1/nodes"));
    server.comeUp();
    assertEquals(200, get("/api/v1/nodes").statusCode());
    assertEquals(
        Set.of("list", "watch"),
        server.requests().stream().map(ApiRequest::verb).collect(Collectors.toSet()));
  }

  private void put(String kind, String name, String spec, String labels) {
    String version = kind.equals("EndpointSlice") ? "discovery.k8s.io/v1" : "v1";
    server.put(
        object(
            """
            {"apiVersion": "%s", "kind": "%s", "spec": %s,
             "metadata": {"namespace": "shop", "name": "%s", "labels": {%s}}}
            """
                .formatted(version, kind, spec, name, labels)));
  }

  private static Json.Obj object(String text) {
    return JsonText.readObject(text.getBytes(StandardCharsets.UTF_8), "the text");
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(request(path), HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest request(String path) {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + server.address().getPort() + path))
        .timeout(Duration.ofSeconds(1))
        .build();
  }

  private String version(String path) throws IOException, InterruptedException {
    return Stored.word(Stored.metadata(object(get(path).body())), "resourceVersion");
  }

  private BufferedReader watch(String path, String query) throws IOException, InterruptedException {
    String uri = path + "?watch=true&allowWatchBookmarks=true&" + query;
    return new BufferedReader(
        new InputStreamReader(
            client.send(request(uri), HttpResponse.BodyHandlers.ofInputStream()).body(),
            StandardCharsets.UTF_8));
  }

  private static List<String> events(BufferedReader watch, int count) throws IOException {
    List<String> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Json.Obj event = object(watch.readLine());
      Json.Obj metadata = Stored.metadata((Json.Obj) event.find("object").orElseThrow());
      events.add(
          Stored.word(event, "type")
              + " "
              + Stored.word(metadata, "name")
              + " "
              + Stored.word(metadata, "resourceVersion"));
    }
    return events;
  }

  private List<String> names(String path) throws IOException, InterruptedException {
    return names(object(get(path).body()));
  }

  private static List<String> names(Json.Obj list) {
    return ((Json.Arr) list.find("items").orElseThrow())
        .elements().stream()
            .map(item -> Stored.word(Stored.metadata((Json.Obj) item), "name"))
            .toList();
  }
}

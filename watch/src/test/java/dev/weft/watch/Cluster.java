package dev.weft.watch;

import dev.weft.bench.apiserver.ApiServer;
import dev.weft.json.Json;
import dev.weft.json.JsonText;
import java.nio.charset.StandardCharsets;

/** Objects as a cluster has them. */
final class Cluster {
  private Cluster() {}

  /** The Service {@code shop/NAME} at an address. */
  static Json.Obj service(String name, String address) {
    return object(
        """
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "%s", "namespace": "shop"},
         "spec": {"clusterIP": "%s", "ports": [{"name": "http", "port": 80}]}}
        """
            .formatted(name, address));
  }

  /** The only slice of such a Service. */
  static Json.Obj slice(String service, String... addresses) {
    return object(
        """
        {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
         "metadata": {"name": "%s-1", "namespace": "shop",
          "labels": {"kubernetes.io/service-name": "%1$s"}},
         "addressType": "IPv4", "ports": [{"name": "http", "port": 8080}],
         "endpoints": [{"addresses": ["%2$s"], "conditions": {"ready": true}}]}
        """
            .formatted(service, String.join("\"]}, {\"addresses\": [\"", addresses)));
  }

  static Json.Obj object(String text) {
    return JsonText.readObject(text.getBytes(StandardCharsets.UTF_8), "the object");
  }

  /** Where a server is, as reasons begin. */
  static String address(ApiServer server) {
    return "http://127.0.0.1:" + server.address().getPort();
  }
}

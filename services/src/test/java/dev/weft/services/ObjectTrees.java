package dev.weft.services;

import dev.weft.json.Json;
import dev.weft.services.EndpointSlice.Endpoint;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** Writes objects as the API has them, for tests that read them back. */
final class ObjectTrees {
  private ObjectTrees() {}

  static Json.Obj of(Service service) {
    Map<String, Json> spec = new LinkedHashMap<>();
    spec.put("type", text(type(service.type())));
    List<Json> clusterIps = list(service.clusterIps(), ObjectTrees::text);
    if (service.type() != Service.Type.EXTERNAL_NAME) {
      spec.put("clusterIP", clusterIps.isEmpty() ? text("None") : clusterIps.getFirst());
      spec.put(
          "clusterIPs", new Json.Arr(clusterIps.isEmpty() ? List.of(text("None")) : clusterIps));
    }
    spec.put("ports", new Json.Arr(list(service.ports(), ObjectTrees::port)));
    spec.put("externalIPs", new Json.Arr(list(service.externalIps(), ObjectTrees::text)));
    spec.put("internalTrafficPolicy", policy(service.internalTrafficPolicy()));
    spec.put("externalTrafficPolicy", policy(service.externalTrafficPolicy()));
    spec.put("sessionAffinity", text(service.affinity().isPresent() ? "ClientIP" : "None"));
    service
        .affinity()
        .ifPresent(
            time ->
                spec.put(
                    "sessionAffinityConfig",
                    object("clientIP", object("timeoutSeconds", Json.Num.of(time.toSeconds())))));
    spec.put(
        "loadBalancerSourceRanges", new Json.Arr(list(service.sourceRanges(), ObjectTrees::text)));
    spec.put("healthCheckNodePort", Json.Num.of(service.healthCheckNodePort()));
    Map<String, Json> labels = new LinkedHashMap<>();
    service
        .proxyName()
        .ifPresent(name -> labels.put("service.kubernetes.io/service-proxy-name", text(name)));
    Json ingress = new Json.Arr(list(service.ingress(), ObjectTrees::ingress));
    return whole("v1", "Service", service.name(), labels)
        .with("spec", new Json.Obj(spec))
        .with("status", object("loadBalancer", object("ingress", ingress)));
  }

  static Json.Obj of(EndpointSlice slice) {
    Map<String, Json> labels = Map.of("kubernetes.io/service-name", text(slice.service().name()));
    List<Json> ports =
        list(
            slice.ports(),
            port ->
                new Json.Obj(
                    Map.of(
                        "name", text(port.name()),
                        "protocol", text(port.protocol()),
                        "port", Json.Num.of(port.port()))));
    return whole("discovery.k8s.io/v1", "EndpointSlice", slice.name(), labels)
        .with("addressType", text("IP" + slice.family().toString().toLowerCase(Locale.ROOT)))
        .with("ports", new Json.Arr(ports))
        .with("endpoints", new Json.Arr(list(slice.endpoints(), ObjectTrees::endpoint)));
  }

  private static Json.Obj whole(
      String apiVersion, String kind, ObjectName name, Map<String, Json> labels) {
    Map<String, Json> metadata = new LinkedHashMap<>();
    metadata.put("name", text(name.name()));
    metadata.put("namespace", text(name.namespace()));
    metadata.put("labels", new Json.Obj(labels));
    Map<String, Json> fields = new LinkedHashMap<>();
    fields.put("apiVersion", text(apiVersion));
    fields.put("kind", text(kind));
    fields.put("metadata", new Json.Obj(metadata));
    return new Json.Obj(fields);
  }

  private static String type(Service.Type type) {
    return switch (type) {
      case CLUSTER_IP -> "ClusterIP";
      case NODE_PORT -> "NodePort";
      case LOAD_BALANCER -> "LoadBalancer";
      case EXTERNAL_NAME -> "ExternalName";
    };
  }

  private static Json port(Service.Port port) {
    Map<String, Json> fields = new LinkedHashMap<>();
    fields.put("name", text(port.name()));
    fields.put("protocol", text(port.protocol()));
    fields.put("port", Json.Num.of(port.port()));
    fields.put("nodePort", Json.Num.of(port.nodePort()));
    return new Json.Obj(fields);
  }

  private static Json ingress(Service.Ingress ingress) {
    return new Json.Obj(
        Map.of(
            "ip", text(ingress.address()), "ipMode", text(ingress.viaProxy() ? "Proxy" : "VIP")));
  }

  private static Json endpoint(Endpoint endpoint) {
    Map<String, Json> fields = new LinkedHashMap<>();
    fields.put("addresses", new Json.Arr(List.of(text(endpoint.address()))));
    endpoint.nodeName().ifPresent(node -> fields.put("nodeName", text(node)));
    fields.put(
        "conditions",
        new Json.Obj(
            Map.of(
                "ready", new Json.Bool(endpoint.ready()),
                "serving", new Json.Bool(endpoint.serving()),
                "terminating", new Json.Bool(endpoint.terminating()))));
    fields.put(
        "hints",
        new Json.Obj(
            Map.of(
                "forZones", new Json.Arr(list(endpoint.forZones(), ObjectTrees::named)),
                "forNodes", new Json.Arr(list(endpoint.forNodes(), ObjectTrees::named)))));
    return new Json.Obj(fields);
  }

  private static Json named(String name) {
    return object("name", text(name));
  }

  private static Json policy(TrafficPolicy policy) {
    return text(policy == TrafficPolicy.LOCAL ? "Local" : "Cluster");
  }

  private static Json object(String key, Json value) {
    return new Json.Obj(Map.of(key, value));
  }

  private static Json text(Object value) {
    return new Json.Str(value.toString());
  }

  private static <T> List<Json> list(Collection<T> values, Function<T, Json> write) {
    return values.stream().map(write).toList();
  }
}
